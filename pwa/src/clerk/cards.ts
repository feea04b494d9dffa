/** The front desk's list: today's arrivals of a store, and what this phone itself has said about them. Pure. */

import { DAY_MS } from '../words/format'
import type { Arrival, ArrivalCard, Seen } from '../model'

const OPEN = ['waiting', 'offered']

/** Arrivals of these stores from `since` on, the newest first. Several arrivals of one customer are one entry. */
export function todays(cards: Seen<ArrivalCard>[], store_ids: string[], since: number): Seen<ArrivalCard>[] {
  return visits(cards, store_ids).filter(({ body }) => body.at >= since).sort((a, b) => b.body.at - a.body.at)
}

/** Nobody has answered yet, told or not, and this phone has not said who receives them; the longest waiting first. */
export function unattended(cards: Seen<ArrivalCard>[], arrivals: Seen<Arrival>[], store_ids: string[]): Seen<ArrivalCard>[] {
  return visits(cards, store_ids)
    .filter((card) => isOpen(card) && !saidHere(card, arrivals))
    .sort((a, b) => a.body.at - b.body.at)
}

/** One card for each customer and store: the newest that a lead follows, since one of a repeated arrival says nothing. */
function visits(cards: Seen<ArrivalCard>[], store_ids: string[]): Seen<ArrivalCard>[] {
  const shown = new Map<string, Seen<ArrivalCard>>()
  for (const card of cards) {
    const { customer_id, store_id } = card.body
    const known = shown.get(`${customer_id}|${store_id}`)
    if (store_ids.includes(store_id) && (!known || says(card) > says(known))) shown.set(`${customer_id}|${store_id}`, card)
  }
  return [...shown.values()]
}

function says({ body }: Seen<ArrivalCard>): number {
  return body.state ? body.at : body.at - DAY_MS
}

/** The server follows the lead on its first card only; one without a state has just been made. */
function isOpen({ body }: Seen<ArrivalCard>): boolean {
  return !body.state || OPEN.includes(body.state)
}

/** What this phone said about a card and the server has not judged yet. */
export function saidHere(card: Seen<ArrivalCard>, arrivals: Seen<Arrival>[]): Seen<Arrival> | undefined {
  return arrivals.filter((row) => row.pending && (row.body.card_id === card.id || row.body.pass === card.body.pass)).at(-1)
}

export type Standing = { kind: 'open' | 'closed' } | { kind: 'offered' | 'with'; staff_id: string }

export function standing({ body }: Seen<ArrivalCard>): Standing {
  if (body.state === 'closed') return { kind: 'closed' }
  if (!body.receiver_id) return { kind: 'open' }
  return { kind: !body.state || OPEN.includes(body.state) ? 'offered' : 'with', staff_id: body.receiver_id }
}

/** The card a pass belongs to, as far as this phone knows. */
export function byPass(cards: Seen<ArrivalCard>[], pass: string): Seen<ArrivalCard> | undefined {
  return cards.find((card) => card.body.pass === pass)
}
