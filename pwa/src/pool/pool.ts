import type { Bodies, PoolCard, PoolClaim, Seen, Store } from '../model'
import { save } from '../phone/outbox'
import { newId } from '../sync/uuid7'
import { DAY_MS } from '../words/format'

/** kept: claimed on this phone, the server has not said yet; cooling: it was mine until just now. */
export type Standing = 'free' | 'kept' | 'cooling'
export interface Waiting { card: Seen<PoolCard>; standing: Standing; cool_until: number | null }

/** As the server's: a store that says nothing waits a week. */
export const COOL_OFF_DAYS = 7

/** The pool of a person's own stores, who waits longest first. */
export function poolOf(
  cards: Seen<PoolCard>[], claims: Seen<PoolClaim>[], stores: Seen<Store>[],
  self: { staff_id: string; store_ids: string[] }, now: number,
): Waiting[] {
  const kept = new Set(claims.filter(({ pending }) => pending).map(({ body }) => body.pool_card_id))
  const days = new Map(stores.map(({ id, body }) => [id, body.pool?.cool_off_days ?? COOL_OFF_DAYS]))
  return cards
    .filter(({ body }) => self.store_ids.includes(body.store_id))
    .sort((a, b) => a.body.pooled_at - b.body.pooled_at || (a.id < b.id ? -1 : 1))
    .map((card) => {
      const { former_id, pooled_at, store_id } = card.body
      const until = pooled_at + (days.get(store_id) ?? COOL_OFF_DAYS) * DAY_MS
      const cooling = former_id === self.staff_id && now < until
      return { card, standing: kept.has(card.id) ? 'kept' : cooling ? 'cooling' : 'free', cool_until: cooling ? until : null }
    })
}

/** Whole days in the pool. */
export function daysIn(card: PoolCard, now: number): number {
  return Math.max(0, Math.floor((now - card.pooled_at) / DAY_MS))
}

/** A request: the server says who was first. */
export function claim(pool_card_id: string): Promise<void> {
  return save([{ entity: 'pool_claim', id: newId(), fields: { pool_card_id } }])
}

/**
 * This person's customers who go to the pool unless something happens, the soonest first. What was done since the
 * warning counts at once, also while it is still on this phone: any attempt where none was made, else an answer.
 */
export function leavingOf(customers: Seen<Bodies['customer']>[], contacts: Bodies['follow_up'][], staffId: string): Seen<Bodies['customer']>[] {
  const tried = new Map<string, number>()
  for (const { customer_id, ended_at } of contacts) tried.set(customer_id, Math.max(tried.get(customer_id) ?? 0, ended_at))
  return customers
    .filter(({ id, body }) => {
      if (body.owner_id !== staffId || !body.release_at || !body.warned_at) return false
      const answered = body.last_contact_at ?? 0
      const done = body.release_why === 'no_attempt' ? Math.max(answered, body.followed_at ?? 0, tried.get(id) ?? 0) : answered
      return done < body.warned_at
    })
    .sort((a, b) => a.body.release_at! - b.body.release_at!)
}
