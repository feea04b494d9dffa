import { hasWithdrawn } from '../customers/called'
import { isListed, lastContact, listedAt } from '../customers/dormant'
import type { Bodies, Seen } from '../model'
import { endOfDay, HOUR_MS } from '../words/format'

export type Section = 'soon' | 'overdue' | 'due' | 'dormant'
export type Why = 'appointment' | 'first' | 'revisit' | 'cadence' | 'dormant'
export interface Reason {
  why: Why
  /** When it is or was due; for a dormant customer, when they were last in contact. */
  at: number
}
export interface Card {
  customer: Seen<Bodies['customer']>
  section: Section
  /** The most pressing first; never empty. */
  reasons: [Reason, ...Reason[]]
}
export interface Day {
  customers: Seen<Bodies['customer']>[]
  leads: Seen<Bodies['lead']>[]
  /** Contacts the pulled rows do not know of yet: still on this phone, or on their way. */
  contacts: Bodies['follow_up'][]
  staffId: string
  zone: string
}

export const SOON_MS = HOUR_MS
const SECTIONS: Section[] = ['soon', 'overdue', 'due', 'dormant']
const TIERS = ['A', 'B', 'C', 'D']

/** One card for each customer of this person with something to do at `now`, most pressing first. */
export function cardsOf(day: Day, now: number): Card[] {
  const sent = newestContacts(day.contacts)
  const firsts = firstsDue(day, sent)
  const touches = touchesDue(day, sent)
  const limits = { now, until: horizon(now, day.zone), listed_at: listedAt(now, day.zone), staffId: day.staffId }
  const cards: Card[] = []
  for (const customer of day.customers) {
    // Whoever comes again after a withdrawal waits to be received.
    if (!isTheirs(customer.body, day.staffId) || (hasWithdrawn(customer.body) && !firsts.has(customer.id))) continue
    const card = cardOf(customer, { sent: sent.get(customer.id), first: firsts.get(customer.id), touch: touches.get(customer.id) }, limits)
    if (card) cards.push(card)
  }
  return cards.sort(byPressure)
}

/** Whatever is due before then belongs to today. */
export function horizon(now: number, zone: string): number {
  return Math.max(now + SOON_MS + 1, endOfDay(now, zone))
}

/** The cards of one section, in the order given. */
export function sectionOf(cards: Card[], section: Section): Card[] {
  return cards.filter((card) => card.section === section)
}

/** What the server will know once they arrive: the newest contact of each customer. */
function newestContacts(contacts: Bodies['follow_up'][]): Map<string, Bodies['follow_up']> {
  const newest = new Map<string, Bodies['follow_up']>()
  for (const contact of contacts) {
    const known = newest.get(contact.customer_id)
    if (!known || known.ended_at < contact.ended_at) newest.set(contact.customer_id, contact)
  }
  return newest
}

function firstsDue(day: Day, sent: Map<string, unknown>): Map<string, number> {
  const due = new Map<string, number>()
  for (const { body, root } of day.leads) {
    const mine = body.state === 'accepted' && body.holder_id === day.staffId
    if (mine && body.first_follow_up_due_at && !sent.has(root))
      due.set(root, body.first_follow_up_due_at)
  }
  return due
}

/** When the cadence asks for the next contact: of those this person has met, and of their opportunities. */
function touchesDue(day: Day, sent: Map<string, unknown>): Map<string, number> {
  const met = day.leads.filter(({ body }) => body.state === 'contacted' && body.holder_id === day.staffId)
  const own = day.customers.filter(({ body }) => body.owner_id === day.staffId && !body.open_lead_id)
  const due = [...own.map(({ id, body }) => [id, body.opportunity_due_at] as const), ...met.map(({ root, body }) => [root, body.next_due_at] as const)]
  return new Map(due.flatMap(([id, at]) => (at && !sent.has(id) ? [[id, at] as const] : [])))
}

/** `listed_at`: what this week's list of the silent goes by. */
interface Limits { now: number; until: number; listed_at: number; staffId: string }
interface Asked { sent: Bodies['follow_up'] | undefined; first: number | undefined; touch: number | undefined }

function cardOf(
  customer: Seen<Bodies['customer']>,
  { sent, first, touch }: Asked,
  { now, until, listed_at, staffId }: Limits,
): Card | null {
  const next = sent ? (sent.revisit.at ?? null) : (customer.body.next_at ?? null)
  const reasons: Reason[] = []
  if (next !== null) reasons.push({ why: customer.body.next_kind === 'revisit' ? 'revisit' : 'appointment', at: next })
  if (first !== undefined) reasons.push({ why: 'first', at: first })
  if (touch !== undefined && (next === null || touch < next)) reasons.push({ why: 'cadence', at: touch })
  const pressing = reasons.filter(({ at }) => at < until).sort((a, b) => a.at - b.at)
  const [head, ...rest] = pressing
  if (head) return { customer, section: dueSection(head, now), reasons: [head, ...rest] }
  if (sent || first !== undefined || customer.body.owner_id !== staffId || !isListed(customer.body, listed_at)) return null
  return { customer, section: 'dormant', reasons: [{ why: 'dormant', at: lastContact(customer.body) }] }
}

function dueSection({ why, at }: Reason, now: number): Section {
  if (at < now) return 'overdue'
  return why !== 'first' && why !== 'cadence' && at <= now + SOON_MS ? 'soon' : 'due'
}

function isTheirs(customer: Bodies['customer'], staffId: string): boolean {
  return customer.owner_id === staffId || (customer.holder_ids ?? []).includes(staffId)
}

function byPressure(a: Card, b: Card): number {
  const sections = SECTIONS.indexOf(a.section) - SECTIONS.indexOf(b.section)
  if (sections) return sections
  const tiers = a.section === 'overdue' ? tierRank(a) - tierRank(b) : 0
  return tiers || a.reasons[0].at - b.reasons[0].at
}

function tierRank({ customer }: Card): number {
  const rank = TIERS.indexOf(customer.body.tier ?? '')
  // Not yet graded keeps the cadence of B (store.md 13).
  return rank < 0 ? 1 : rank
}
