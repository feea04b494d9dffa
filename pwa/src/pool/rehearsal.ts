import { call } from '../phone/api'

/** Who goes at the next rounds, by the function that lets them go. */
export interface Going {
  id: string; name: string; owner_id: string; why: 'no_answer' | 'no_attempt'; release_on: string; is_due: boolean
  heard_on: string; attempts: number
}

/** Asks the server; null where there is no network or no right to know. */
export async function rehearse(store_id: string): Promise<Going[] | null> {
  const { body } = await call<{ customers: Going[] }>('GET', `/api/stores/${encodeURIComponent(store_id)}/pool/rehearsal`)
  return body?.customers ?? null
}

/** 2026-12-07 at noon of any zone, for saying the day. */
export function noonOf(day: string): number {
  return Date.parse(`${day}T12:00:00Z`)
}
