/** Which leads the desk shows: what is asked of them, and how many each answer would show. Pure; times are ms UTC. */

import type { Customer, Lead, Seen, Tier } from '../model'
import { localDigits } from '../words/format'
import type { Columns } from './desk'
import type { Local } from './whole'

export type Group = keyof Columns
export const GROUPS: readonly Group[] = ['act', 'running', 'answered', 'closed']

/** Every part narrows; null asks nothing. `words` is a name or the last digits of a number. */
export interface Asked {
  group: Group | null; person: string | null; source: string | null; tier: Tier | 'none' | null
  known: 'new' | 'known' | null; store: string | null; words: string
}
export const NOTHING_ASKED: Asked = { group: null, person: null, source: null, tier: null, known: null, store: null, words: '' }

/** What one lead answers; of its customer as far as this phone holds them. */
export interface Card { lead: Seen<Lead>; group: Group; person: string; source: string; tier: Tier | 'none'; known: 'new' | 'known'; store: string; words: string }

export function cardsOf(columns: Columns, customers: ReadonlyMap<string, Seen<Customer>>): Card[] {
  return GROUPS.flatMap((group) => columns[group].map((lead) => cardOf(lead, group, customers.get(lead.body.customer_id)?.body)))
}

function cardOf(lead: Seen<Lead>, group: Group, customer: Customer | undefined): Card {
  const { body } = lead
  return {
    lead, group, person: personOf(body), source: body.source, tier: customer?.tier ?? 'none', known: body.is_known ? 'known' : 'new', store: body.store_id,
    words: [body.name, customer?.name, customer?.pinyin, customer?.initials].filter(Boolean).join(' ').toLowerCase() + ` ${localDigits(customer?.phone)}`,
  }
}

/** Who has it now: the holder, else whoever was offered it, else whoever answers for it. */
export function personOf(lead: Lead): string {
  return lead.holder_id ?? lead.offered_to ?? lead.responsible_id
}

type Part = Exclude<keyof Asked, 'words'>
const PARTS: readonly Part[] = ['group', 'person', 'source', 'tier', 'known', 'store']

export function shownOf(cards: Card[], asked: Asked): Card[] {
  return cards.filter((card) => answers(card, asked))
}

function answers(card: Card, asked: Asked, but?: Part): boolean {
  return PARTS.every((part) => part === but || asked[part] === null || asked[part] === card[part]) && said(card, asked.words)
}

/** Digits are looked for at the end of the number, letters anywhere in the name. */
function said(card: Card, typed: string): boolean {
  const words = typed.trim().toLowerCase()
  if (/^[\d\s-]{2,}$/.test(words)) return card.words.endsWith(words.replace(/\D/g, ''))
  return card.words.includes(words)
}

/** How many each answer to one part would show, the other parts staying as they are. */
export function countsOf(cards: Card[], asked: Asked, part: Part): Map<string, number> {
  const counts = new Map<string, number>()
  for (const card of cards) if (answers(card, asked, part)) counts.set(card[part], (counts.get(card[part]) ?? 0) + 1)
  return counts
}

/** How many parts are asked; 0 is the whole board. */
export function askedCount(asked: Asked): number {
  return PARTS.filter((part) => asked[part] !== null).length + (asked.words.trim() ? 1 : 0)
}

/** What was remembered, as far as it still means something: an unknown part or answer asks nothing. Words are not kept. */
export function recalled(kept: unknown): Asked {
  const known = (typeof kept === 'object' && kept !== null ? kept : {}) as Record<string, unknown>
  const parts = PARTS.map((part) => [part, typeof known[part] === 'string' ? known[part] : null])
  const asked = { ...NOTHING_ASKED, ...Object.fromEntries(parts) } as Asked
  return { ...asked, group: asked.group && GROUPS.includes(asked.group) ? asked.group : null }
}

/** The rows a board is made of: open, or touched since the day began. The others live with their customer. */
export function onBoard({ body }: Seen<Lead>, since: number): boolean {
  if (body.state === 'waiting' || body.state === 'offered') return true
  return Math.max(body.received_at, body.accepted_at ?? 0, body.closed_at ?? 0) >= since
}

export type Command = { do: 'move'; by: 1 | -1 } | { do: 'group'; group: Group } | { do: 'open' | 'reassign' | 'search' | 'clear' | 'keys' }

/** What a key asks of the board, or null. */
export function commandOf(key: string): Command | null {
  const group = GROUPS[Number(key) - 1]
  if (group) return { do: 'group', group }
  const command = KEYS[key.toLowerCase()]
  return command ?? null
}

const KEYS: Record<string, Command> = {
  j: { do: 'move', by: 1 }, k: { do: 'move', by: -1 },
  enter: { do: 'open' }, a: { do: 'reassign' }, '/': { do: 'search' }, '0': { do: 'clear' }, '?': { do: 'keys' },
}

/** Only what the server has not judged can change how a lead looks: few rows, however long a store has been open. */
export function waitingOnly({ acceptances, reassignments, closings }: Local): Local {
  const waiting = <B>(rows: Seen<B>[] | undefined) => rows?.filter(({ pending }) => pending)
  return { acceptances: waiting(acceptances), reassignments: waiting(reassignments), closings: waiting(closings) }
}
