/** Receptions of people who leave no data. Pure. */

import { mayCorrect } from '../customers/correcting'
import { endsDay } from '../leads/hours'
import type { Role, Seen, Store, WalkIn } from '../model'
import type { Draft } from '../phone/outbox'

export interface Told { store_id: string; receiver_id: string; need: string }

export function walkInOf({ need, ...who }: Told, id: string): Draft {
  return { entity: 'walk_in', id, fields: { ...who, ...(need.trim() && { need: need.trim() }) } }
}

/** Since `since` at these stores, the latest first; what was taken back is not counted. */
export function walkInsOf(rows: Seen<WalkIn>[], store_ids: string[], since: number): Seen<WalkIn>[] {
  return rows.filter(({ at, body }) => !body.void && at >= since && store_ids.includes(body.store_id)).sort((a, b) => b.at - a.at)
}

/** Whoever wrote a wrong one, or checked in by mistake, takes it back; a clerk until the store closes. */
export function mayTakeBack(row: Seen<unknown>, store: Store | undefined, who: { staff_id: string; role: Role }, now: number): boolean {
  const isOver = who.role === 'clerk' && store !== undefined && now > endsDay(store, row.received_at ?? row.at)
  return mayCorrect(row, who, now) && !isOver
}

/** A mobile number among the words, as the server finds it: whoever leaves none is not to leave one there. */
export function hasNumber(need: string): boolean {
  return /1[3-9]\d{9}/.test(need.replace(/[\s.-]+/g, ''))
}
