import { call } from '../phone/api'
import type { Wish } from './rules'

export type Step = 'let_go' | 'warn' | 'stand' | 'spare'
export const STEPS: readonly Step[] = ['let_go', 'warn', 'stand', 'spare']

/** Named by the masked phone where nobody gave a name. */
export interface Named { id: string; name: string; phone: string; owner_id: string }
/** Who goes at the next rounds, by the function that lets them go. */
export interface Going extends Named { step: Exclude<Step, 'spare'>; why: 'no_answer' | 'no_attempt'; release_on: string }
/** `at`: when the next round is that does anything. `spared`: who was warned about and is not any more. */
export interface Round { at: number; followed: boolean; customers: Going[]; spared: Named[] }

/** Asks the server; `body` is null where there is no network or no right to know. With a wish: as if the store went by it. */
export function rehearse(store_id: string, wish?: Wish) {
  return wish === undefined ? call<Round>('GET', `${of(store_id)}/rehearsal`) : call<Round>('POST', `${of(store_id)}/rehearsal`, wish)
}

export const putRules = (store_id: string, wish: Wish) => call<unknown>('PATCH', of(store_id), wish)

/** What a round does, each step with its customers. */
export function stepsOf(round: Round): { step: Step; customers: (Going | Named)[] }[] {
  const taken = (step: Step) => (step === 'spare' ? round.spared : round.customers.filter((one) => one.step === step))
  return STEPS.map((step) => ({ step, customers: taken(step) })).filter(({ customers }) => customers.length > 0)
}

/** 2026-12-07 at noon of any zone, for saying the day. */
export function noonOf(day: string): number {
  return Date.parse(`${day}T12:00:00Z`)
}

const of = (store_id: string) => `/api/stores/${encodeURIComponent(store_id)}/pool`
