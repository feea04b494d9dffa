/** What only the server knows of a store's rules: whether they are sound, what they would have done, how even the month was. */

import { call } from '../phone/api'
import type { Wish } from './rules'

export interface Fault { code: string; field: string }
export interface Standing { followed: boolean; faults: Fault[] }
export interface Part { staff_id: string; name: string; had: number; would: number; gained: Record<string, number>; lost: Record<string, number> }
export interface Tried { days: number; leads: number; people: Part[]; unassigned: { would: number; codes: Record<string, number> } }
export interface Line {
  staff_id: string; name: string; weight: number; offered: number; accepted: number; self_received: number
  received: number; entitled: number; deviation: number; share: number; entitled_share: number
}
export interface Month { month: string; leads: number; people: Line[] }

const LONG_MS = 60_000
const of = (store_id: string) => `/api/stores/${encodeURIComponent(store_id)}`

export const askStanding = (store_id: string) => call<Standing>('GET', `${of(store_id)}/routing`)
export const putRules = (store_id: string, wish: Wish) => call<unknown>('PATCH', `${of(store_id)}/routing`, wish)
export const tryRules = (store_id: string, wish: Wish) => call<Tried>('POST', `${of(store_id)}/routing/rehearsal`, wish, LONG_MS)
export const askMonth = (store_id: string, month: string) => call<Month>('GET', `${of(store_id)}/fairness?month=${month}`)
