/** The manager's desk, computed from the rows this phone holds. Times are ms UTC; a lead's store decides its patience. */

import type { Escalation, Lead, Seen, Staff, Store } from '../model'
import { MINUTE_MS, atWall, wallOf } from '../words/format'
import { pauseOf } from './clock'

export interface Columns { act: Seen<Lead>[]; running: Seen<Lead>[]; answered: Seen<Lead>[]; closed: Seen<Lead>[] }

/** Leads in the order a manager works: those only a person can move, those on a clock, those answered, those closed today. */
export function columns(leads: Seen<Lead>[], since: number, now: number): Columns {
  const oldest = [...leads].sort((a, b) => a.body.received_at - b.body.received_at)
  const open = oldest.filter(({ body }) => body.state === 'waiting' || body.state === 'offered')
  return {
    act: open.filter(({ body }) => needsPerson(body, now)),
    running: open.filter(({ body }) => !needsPerson(body, now)),
    answered: oldest.filter(({ body }) => body.state === 'accepted' || body.state === 'contacted'),
    closed: oldest.filter(({ body }) => body.state === 'closed' && (body.closed_at ?? 0) >= since).reverse(),
  }
}

/** Red means a person must act: the ladder reached the manager, or time is up and no news of the next step came. */
export function needsPerson(lead: Lead, now: number): boolean {
  if ((lead.state !== 'waiting' && lead.state !== 'offered') || pauseOf(lead, now)) return false
  if (lead.escalated_at !== null && lead.level !== 'next') return true
  return lead.clock !== null && now >= lead.clock.escalate_at
}

export interface Numbers { fresh: number; within: number | null; waiting: number }

/** Today's numbers. `within`: share answered in the store's patience, of leads answered or out of time; null when none is. */
export function numbers(leads: Seen<Lead>[], patience: (store_id: string) => number, since: number, now: number): Numbers {
  const today = leads.map(({ body }) => body).filter((lead) => lead.received_at >= since && lead.close_reason !== 'test')
  const judged = today.map((lead) => inTime(lead, patience(lead.store_id), now)).filter((answer) => answer !== null)
  const kept = judged.filter((answer) => answer).length
  return {
    fresh: today.filter((lead) => !lead.is_known).length,
    within: judged.length === 0 ? null : Math.round((100 * kept) / judged.length),
    waiting: leads.filter(({ body }) => body.state === 'waiting' || body.state === 'offered').length,
  }
}

function inTime(lead: Lead, patience_ms: number, now: number): boolean | null {
  const deadline = lead.clock?.escalate_at ?? lead.received_at + patience_ms
  if (lead.self_received) return true
  if (lead.responsibility_s != null) return lead.responsibility_s * 1000 <= patience_ms
  if (lead.accepted_at !== null) return lead.accepted_at <= deadline
  // Before the opening there is no clock: nobody was to answer yet.
  if (lead.state === 'closed' || (!lead.clock && lead.escalated_at === null)) return null
  return now >= deadline ? false : null
}

/** Start of the day `now` lies in, on the clock of an IANA zone. */
export function dayStart(now: number, zone: string): number {
  return atWall({ ...wallOf(now, zone), hour: 0, minute: 0 }, zone)
}

export const DEFAULT_PATIENCE_MS = 30 * MINUTE_MS

export function patienceOf(stores: Seen<Store>[]): (store_id: string) => number {
  const seconds = new Map(stores.map((store) => [store.id, store.body.patience_s]))
  return (store_id) => (seconds.get(store_id) ?? DEFAULT_PATIENCE_MS / 1000) * 1000
}

export interface Candidate { staff_id: string; name: string; load: number | null }

/** Who a lead could go to while offline: active people of the store who take leads, without the one who has it now. */
export function localCandidates(staff: Seen<Staff>[], leads: Seen<Lead>[], store_id: string, has_id: string | null): Candidate[] {
  return staff
    .filter(({ id, body }) => id !== has_id && body.state === 'active' && body.accepts_leads && body.store_ids.includes(store_id))
    .map(({ id, body }) => ({ staff_id: id, name: body.name, load: loadOf(leads, id) }))
    .sort((a, b) => (a.load ?? 0) - (b.load ?? 0) || a.name.localeCompare(b.name))
}

function loadOf(leads: Seen<Lead>[], staff_id: string): number {
  return leads.filter(({ body }) => body.state !== 'closed' && (body.holder_id === staff_id || body.offered_to === staff_id)).length
}

export interface StoreWorry { store_id: string; count: number; since: number; worst: Escalation }

/** An area manager's stores, the longest unanswered escalation first. One lead counts once, from its first escalation. */
export function worries(escalations: Seen<Escalation>[], answered: (lead_id: string) => boolean): StoreWorry[] {
  const first = new Map<string, Escalation>()
  for (const { body } of escalations) {
    const known = first.get(body.lead_id)
    if (!answered(body.lead_id) && (!known || body.at < known.at)) first.set(body.lead_id, body)
  }
  const stores = new Map<string, StoreWorry>()
  for (const body of first.values()) {
    const worry = stores.get(body.store_id) ?? { store_id: body.store_id, count: 0, since: body.at, worst: body }
    const older = body.at < worry.since
    stores.set(body.store_id, { ...worry, count: worry.count + 1, since: older ? body.at : worry.since, worst: older ? body : worry.worst })
  }
  return [...stores.values()].sort((a, b) => a.since - b.since)
}

/** The row the keys J and K move to; stays inside the list. */
export function step(ids: string[], current: string | null, by: 1 | -1): string | null {
  if (ids.length === 0) return null
  const at = current === null ? -1 : ids.indexOf(current)
  if (at < 0) return (by === 1 ? ids[0] : ids[ids.length - 1]) ?? null
  return ids[Math.min(ids.length - 1, Math.max(0, at + by))] ?? null
}


const ATTEMPTS = 3
const ATTEMPT_DAYS = 2

/** Whether a holder may close it as unreachable: three calls that nobody answered, over two days. */
export function wasTried(lead: Lead, zone: string): boolean {
  const attempts = lead.attempts ?? []
  return attempts.length >= ATTEMPTS && new Set(attempts.map((at) => dayStart(at, zone))).size >= ATTEMPT_DAYS
}
