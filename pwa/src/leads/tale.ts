/** One lead's history with its reasons: what historyOf tells, each line with the why, and what no fact of its own says. Pure. */

import type { AnyBody, Escalation, Lead, Offer, Reason, Reassignment, Seen, Store, Notice } from '../model'
import { DAY_MS, MINUTE_MS } from '../words/format'
import { dayStart } from './desk'
import { historyOf, type Event } from './history'
import { spansAt } from './hours'

export interface LateEvidence { what: 'acceptance' | 'contact'; fact_id: string; by: string; at: number; received_at: number }
export type Line = Omit<Event, 'kind'> & {
  /** a kind of history.ts, or nudge, warning, warning_due, owner_told, first_contact, other */
  kind: string
  /** for kind other: the entity nobody taught this screen about */
  entity: string | null
  /** why this person, as a code of the rules; and what the card said of everybody else */
  why: string | null
  card: Reason[]
  /** who had it before, and whether they left; who moved it */
  from_id: string | null
  from_left: boolean
  by_id: string | null
  level: Escalation['level'] | null
  /** in store time, from the arrival to here */
  took_ms: number | null
  /** by the wall, from the arrival to here */
  after_ms: number
  first: boolean
  late: LateEvidence[]
  note: string
}

/** Oldest first; without a store nothing is said of store time. */
export function taleOf(lead: Seen<Lead>, tree: Seen<AnyBody>[], store: Store | undefined, now: number): Line[] {
  const rows = new Map(tree.map((row) => [row.id, row]))
  const told = historyOf(lead, tree).map((event) => lineOf(event, rows.get(event.id), lead))
  const lines = [...told, ...remindersIn(lead, tree), ...warned(lead, tree, now), ...othersIn(lead, tree, told)]
  const began = lead.body.received_at
  return markFirst([...lines, ...milestonesOf(lead, lines)].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)))
    .map((line) => ({ ...line, after_ms: Math.max(0, line.at - began), took_ms: line.kind === 'acceptance' && store ? openBetween(store, began, line.at) : null }))
}

function blank(id: string, kind: string, at: number, staff_id: string | null): Line {
  return { id, kind, at, staff_id, pending: false, reason: null, entity: null, why: null, card: [], from_id: null, from_left: false, by_id: null, level: null, took_ms: null, after_ms: 0, first: false, late: [], note: '' }
}

function lineOf(event: Event, row: Seen<AnyBody> | undefined, lead: Seen<Lead>): Line {
  const line = { ...blank(event.id, event.kind, event.at, event.staff_id), ...event }
  if (row?.entity === 'offer') return { ...line, ...whyOf(row as Seen<Offer>, lead) }
  if (row?.entity === 'reassignment') return { ...line, ...moveOf(row as Seen<Reassignment>) }
  if (row?.entity !== 'escalation') return { ...line, note: (row?.body as { note?: string } | undefined)?.note ?? '' }
  const { from_id, level, reason, late_evidence = [] } = row.body as Escalation & { late_evidence?: LateEvidence[] }
  return { ...line, from_id, level, why: reason, late: late_evidence }
}

function moveOf({ body, by }: Seen<Reassignment>): Pick<Line, 'from_id' | 'from_left' | 'by_id' | 'note'> {
  return { from_id: body.from_id ?? null, from_left: body.from_left ?? false, by_id: by, note: body.note ?? '' }
}

/** An offer made before offers carried their card has the lead's, as long as that is about it. */
function whyOf({ id, body }: Seen<Offer>, lead: Seen<Lead>): Pick<Line, 'why' | 'card'> {
  const card = body.reasons ?? (lead.body.offer_id === id ? lead.body.reasons : [])
  return { why: body.reason, card: card.filter(({ staff_id }) => staff_id !== body.to_id) }
}

function remindersIn(lead: Seen<Lead>, tree: Seen<AnyBody>[]): Line[] {
  return tree.filter((row): row is Seen<Offer> => row.entity === 'offer' && (row.body as Offer).lead_id === lead.id && (row.body as Offer).nudged_at !== null)
    .map(({ id, body }) => blank(`${id}:nudge`, 'nudge', body.nudged_at!, body.to_id))
}

/** Notices are their addressee's: on another phone only the clock says that the time for the warning came. */
function warned({ id, body }: Seen<Lead>, tree: Seen<AnyBody>[], now: number): Line[] {
  const told = tree.filter((row): row is Seen<Notice> => row.entity === 'notice' && (row.body as Notice).lead_id === id && TOLD_BY_NOTICE.includes((row.body as Notice).kind))
    .map((row) => blank(row.id, row.body.kind, row.body.at, row.body.to_id))
  const due = body.clock?.warn_at
  const ended = Math.min(now, body.accepted_at ?? Infinity, body.closed_at ?? Infinity)
  if (!due || due > ended || told.some(({ kind }) => kind === 'warning')) return told
  return [...told, blank(`${id}:warn`, 'warning_due', due, null)]
}

const TOLD_BY_NOTICE: readonly string[] = ['warning', 'owner_told']
/** Told above or elsewhere: a card is the clerk's view of the arrival, the rest are about the rows, not the lead. */
const SILENT: readonly string[] = ['lead', 'offer', 'notice', 'arrival', 'arrival_card', 'correction', 'conflict', 'refusal', 'deletion', 'resolution']

/** What a newer server writes about this lead is at least mentioned. */
function othersIn(lead: Seen<Lead>, tree: Seen<AnyBody>[], told: Line[]): Line[] {
  const known = new Set(told.map(({ id }) => id))
  return tree.filter((row) => !known.has(row.id) && !SILENT.includes(row.entity) && !(row.body as { void?: boolean }).void && (row.body as { lead_id?: string }).lead_id === lead.id)
    .map((row) => ({ ...blank(row.id, 'other', row.at || row.captured_at, row.by), entity: row.entity, pending: row.pending, note: (row.body as { note?: string }).note ?? '' }))
}

/** What the lead itself knows although the fact behind it is not on this phone. */
function milestonesOf({ id, body }: Seen<Lead>, lines: Line[]): Line[] {
  const told = (...kinds: string[]) => lines.some(({ kind }) => kinds.includes(kind))
  return [
    ...(body.accepted_at && !told('acceptance', 'taken_over') ? [blank(`${id}:accepted`, 'acceptance', body.accepted_at, body.holder_id ?? body.responsible_id)] : []),
    ...(body.contacted_at && !told('follow_up') ? [blank(`${id}:contact`, 'first_contact', body.contacted_at, body.holder_id)] : []),
  ]
}

function markFirst(lines: Line[]): Line[] {
  const first = lines.find(({ kind }) => kind === 'follow_up')
  return lines.map((line) => (line === first ? { ...line, first: true } : line))
}

const MOST_DAYS = 31

/** How long a store was open between two moments. */
export function openBetween(store: Store, from: number, to: number): number {
  let sum = 0
  for (let day = dayStart(from, store.zone), n = 0; day < to && n < MOST_DAYS; day = dayStart(day + DAY_MS + DAY_MS / 2, store.zone), n += 1) {
    for (const [opens, closes] of spansAt(store, day)) sum += Math.max(0, Math.min(to, day + closes * MINUTE_MS) - Math.max(from, day + opens * MINUTE_MS))
  }
  return sum
}
