import { openAt } from '../leads/hours'
import type { Store } from '../model'
import { dropDraft, keepDraft } from '../phone/drafts'
import { leftDrafts, REGISTERING } from '../phone/leftDrafts'
import { canonical } from '../sync/canonical'
import { DAY_MS, endOfDay, MINUTE_MS, wallOf } from '../words/format'
import type { Registration } from './registration'

/** A registration that was not finished. Of this phone and this person alone: it is never sent. */
export interface Begun { id: string; form: Registration; store_id: string; kept_at: number }

/** What was typed about a person; who receives them, and what they agreed to, is nothing without it. */
export function isTyped({ phone, name, need }: Registration): boolean {
  return Boolean(phone.trim() || name.trim() || need.trim())
}

/** Worth keeping once it says more than the page opened with. */
export function isBegun(form: Registration, opened: Registration): boolean {
  return isTyped(form) && canonical(form) !== canonical(opened)
}

/** The end of the store's day: midnight, or when a night that is under way ends. */
export function lapsesAt(store: Store | undefined, now: number, zone: string): number {
  const ends = endOfDay(now, zone)
  const open = store ? openAt(store, now) : null
  if (!open?.open || open.until_min === null) return ends
  const { hour, minute } = wallOf(now, zone)
  const closes = now - (now % MINUTE_MS) + (open.until_min - hour * 60 - minute) * MINUTE_MS
  return Math.min(Math.max(ends, closes), now + DAY_MS)
}

export async function keepBegun(id: string, form: Registration, store_id: string, lapses_at: number): Promise<void> {
  await keepDraft(REGISTERING + id, { form, store_id }, lapses_at)
}

export async function dropBegun(id: string): Promise<void> {
  await dropDraft(REGISTERING + id)
}

/** What was left, the latest first. */
export async function begunBefore(now: number): Promise<Begun[]> {
  const left = await leftDrafts(REGISTERING, now)
  return left.map(({ key, value, kept_at }) => ({ ...(value as Omit<Begun, 'id' | 'kept_at'>), id: key.slice(REGISTERING.length), kept_at }))
}
