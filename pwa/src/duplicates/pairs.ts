import type { AnyBody, Bodies, Candidate, Choice, Decision, Seen, Side, Unmerge } from '../model'
import { mergedIn } from '../phone/aliases'
import { save } from '../phone/outbox'
import { newId } from '../sync/uuid7'

/** Pairs that still ask, of one customer if given; the oldest first, as they came. */
export function openPairs(rows: Seen<Candidate>[], about?: string): Seen<Candidate>[] {
  return rows
    .filter(({ body }) => body.state === 'open' && (!about || body.one.id === about || body.other.id === about))
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
}

/** The two sides, the customer whose page this is first. */
export function sidesOf({ one, other }: Candidate, about?: string): [Side, Side] {
  return about === other.id ? [other, one] : [one, other]
}

export async function decide(candidate_id: string, choice: Choice): Promise<void> {
  const fields: Decision = { candidate_id, choice }
  await save([{ entity: 'decision', id: newId(), fields: { ...fields } }])
}

/** One of the records that a customer is made of: what its own facts say of it. */
export interface Part { id: string; name: string; at: number; facts: number }

export function partsOf(customer: Seen<Bodies['customer']>, tree: readonly Seen<AnyBody>[]): Part[] {
  return (mergedIn(customer.body) ?? []).map((id) => {
    const own = tree.filter(({ body }) => (body as { customer_id?: string }).customer_id === id)
    const arrival = own.filter(({ entity }) => entity === 'arrival').sort((a, b) => a.at - b.at)[0]
    return { id, name: (arrival?.body as Bodies['arrival'] | undefined)?.name ?? '', at: arrival?.at ?? bornAt(id), facts: own.length }
  })
}

export async function takeApart(alias_id: string, phone: Unmerge['phone'], note: string): Promise<void> {
  const fields: Unmerge = { alias_id, phone, ...(note.trim() ? { note: note.trim() } : {}) }
  await save([{ entity: 'unmerge', id: newId(), fields: { ...fields } }])
}

/** The phone's clock when it made this id (a UUID of version 7); 0 for an id of another kind. */
function bornAt(id: string): number {
  return id[14] === '7' ? parseInt(id.replace('-', '').slice(0, 12), 16) : 0
}
