/** What a clerk typed today, kept on this phone until the store's day ends, so that it can be put right. */

import { differing } from '../customers/correcting'
import { endsDay } from '../leads/hours'
import type { ArrivalCard, Seen, Store } from '../model'
import { keepDraft } from '../phone/drafts'
import { leftDrafts, REGISTERED } from '../phone/leftDrafts'
import type { Draft } from '../phone/outbox'
import { derivedId } from '../sync/derivedId'
import { canonicalPhone } from '../sync/phoneNumber'

/** What may be put right: what was typed, and who was called. */
export interface Typed { phone: string; name: string; salutation: string; need: string; reception: string; receiver_id: string | null }
/** `first` is as it was sent, `said` as it stands; `scanned` by a pass, so that nothing was typed about the person. */
export interface Registered { id: string; customer_id: string; store_id: string; at: number; scanned: boolean; first: Typed; said: Typed }

const FIELDS = ['phone', 'name', 'salutation', 'need'] as const

/** Of a unit that was saved; null where it registers nobody. */
export function registeredIn(unit: readonly Draft[], customer_id: string, now: number): Registered | null {
  const arrival = unit.find(({ entity }) => entity === 'arrival')
  if (!arrival) return null
  const told = arrival.fields as Record<string, string | undefined>
  const typed = Object.fromEntries(FIELDS.map((field) => [field, told[field] ?? ''])) as Record<(typeof FIELDS)[number], string>
  const first = { ...typed, reception: told.reception ?? 'none', receiver_id: told.receiver_id ?? null }
  return { id: arrival.id, customer_id, store_id: told.store_id ?? '', at: now, scanned: told.source === 'pass', first, said: first }
}

/** The customer is part of the key: whoever is erased goes from here too. */
const keyOf = ({ id, customer_id }: Registered) => `${REGISTERED}${id}:${customer_id}`

export async function keepRegistered(one: Registered, store: Store): Promise<void> {
  await keepDraft(keyOf(one), one, endsDay(store, one.at))
}

/** The latest first; what its store's day has ended for is thrown away. */
export async function registeredToday(now: number): Promise<Registered[]> {
  return (await leftDrafts(REGISTERED, now)).map(({ value }) => value as Registered).sort((a, b) => b.at - a.at)
}

/** The one that a line of the list is about: several arrivals of one customer are one line. */
export function ownOf(card: Seen<ArrivalCard>, cards: readonly Seen<ArrivalCard>[], own: readonly Registered[]): Registered | undefined {
  const { customer_id, store_id } = card.body
  const alike = new Set(cards.filter(({ body }) => body.customer_id === customer_id && body.store_id === store_id).map(({ id }) => id))
  return own.find(({ id }) => alike.has(derivedId('card', id)))
}

/** Every difference from what was sent, however often it was put right; null where nothing is to change. */
export function amendment({ first, said }: Registered, now: Typed): Record<string, unknown> | null {
  return Object.keys(differing(said, { ...now })).length ? differing(first, { ...now }) : null
}

export type Lack = 'phone' | 'name' | 'receiver'

/** What a registration may not be without, as when it was first made. */
export function lackIn({ first, scanned }: Registered, now: Typed): Lack | null {
  if (!scanned && first.phone && !canonicalPhone(now.phone)) return 'phone'
  if (!scanned && first.name && !now.name.trim()) return 'name'
  return now.reception === 'colleague' && !now.receiver_id ? 'receiver' : null
}
