import type { Collision, Ruling, Seen, Staff, Store } from '../model'
import { save } from '../phone/outbox'
import { newId } from '../sync/uuid7'
import { DAY_MS } from '../words/format'

export const SHARES = [30, 50, 70] as const
/** How long the two see how it ended. */
export const TOLD_MS = 2 * DAY_MS

/** Those this person has to rule, the oldest first; one ruled on this phone asks no more. */
export function toRule(rows: Seen<Collision>[], rulings: Seen<Ruling>[], self: { staff_id: string; role: string; store_ids: string[] }): Seen<Collision>[] {
  const ruled = new Set(rulings.filter(({ pending }) => pending).map(({ body }) => body.collision_id))
  return rows
    .filter(({ id, body }) => body.state === 'open' && !ruled.has(id) && rules(body, self))
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
}

function rules(body: Collision, { staff_id, role, store_ids }: { staff_id: string; role: string; store_ids: string[] }): boolean {
  return body.head_ids.includes(staff_id) || (role === 'manager' && body.store_ids.some((id) => store_ids.includes(id)))
}

/** Collisions of this person with a colleague: open ones, and lately how they ended; the newest first. */
export function mine(rows: Seen<Collision>[], staffId: string, now: number): Seen<Collision>[] {
  return rows
    .filter(({ body, at }) => (body.one.staff_id === staffId || body.other.staff_id === staffId)
      && (body.state === 'open' || now - (body.ruled_at ?? at) < TOLD_MS))
    .sort((a, b) => b.at - a.at)
}

export type End = 'open' | 'yours' | 'theirs' | 'split'
/** How it stands for one of the two. */
export function endFor(body: Collision, staffId: string): { end: End; share: number; rival_id: string } {
  const side = body.one.staff_id === staffId ? 'one' : 'other'
  const rival_id = body[side === 'one' ? 'other' : 'one'].staff_id
  const end = body.state === 'open' || body.state === 'split' ? body.state : body.state === side ? 'yours' : 'theirs'
  return { end, share: body.shares?.[staffId] ?? 0, rival_id }
}

export function rule(collision_id: string, choice: Ruling['choice'], more: { share?: number; wish?: Ruling['wish']; wish_note?: string } = {}): Promise<void> {
  const wish_note = more.wish_note?.trim()
  const fields = {
    collision_id, choice, ...(choice === 'split' && { share: more.share ?? 50 }),
    ...(more.wish && more.wish !== 'none' && { wish: more.wish }), ...(wish_note && { wish_note }),
  }
  return save([{ entity: 'ruling', id: newId(), fields }])
}

export function nameIn<B extends Staff | Store>(rows: Seen<B>[] | undefined, id: string): string {
  return rows?.find((row) => row.id === id)?.body.name ?? ''
}
