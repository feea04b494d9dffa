/** What only the server knows of one's people, and what it does with them. */

import type { Left, Role, Staff } from '../model'
import { call } from '../phone/api'
import type { Wish } from './form'

/** `left_behind`: what somebody who left still has; nothing where all was handed over. */
export type Person = Staff & { id: string; open_leads: number; left_behind?: Left }
/** What was done with a person; `by_id` null: by itself, or by the staff list of the house. */
export interface Fact { at: number; by_id: string | null; kind: string; told: Record<string, unknown> }
export type Whole = Person & { facts: Fact[] }
export interface Phone { id: string; name: string; last_seen_at: number | null; pending: number | null }
export interface Receiver { staff_id: string; customers: number; leads: number; offers: number }
/** `stand_ins`: stores where nobody receives customers, and who answers for them instead. `credits`: customers shared with a colleague. */
export interface StandIn { store_id: string; staff_id: string }
export interface Moved { customers: number; leads: number; offers: number; credits: number; appointments: number; receivers: Receiver[]; stand_ins: StandIn[] }
/** `rows` leave each of the phones; `unsent` and `photos` as the phones last said. */
export interface Foreseen extends Moved { phones: Phone[]; rows: number; unsent: number; photos: number; never_heard: number }

export const SELLING: Role[] = ['rep', 'manager']
const LONG_MS = 60_000
const of = (id: string) => `/api/staff/${encodeURIComponent(id)}`

export const askPeople = () => call<{ people: Person[] }>('GET', '/api/staff')
export const askPerson = (id: string) => call<Whole>('GET', of(id))
export const sendWish = (id: string, wish: Wish) => call<unknown>('PATCH', of(id), wish)
export const rehearse = (id: string, to_ids: string[], leaves: boolean) => call<Foreseen>('POST', `${of(id)}/handover/rehearsal`, { to_ids, leaves }, LONG_MS)
export const handOver = (id: string, to_ids: string[], leaves: boolean) => call<Moved>('POST', `${of(id)}/handover`, { to_ids, leaves }, LONG_MS)
