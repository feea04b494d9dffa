/** Today by person, from the offers, escalations and leads this phone holds. Pure; times are ms UTC. */

import type { Escalation, Lead, Offer, Seen, Staff } from '../model'

export interface PersonDay { staff_id: string; assigned: number; accepted: number; late: number; load: number }
export interface DayRows { leads: Seen<Lead>[]; offers: Seen<Offer>[]; escalations: Seen<Escalation>[]; staff: Seen<Staff>[]; store_ids: string[] }

/**
 * Who was given what since `since`: whoever let most pass comes first. Each lead counts once for each person. Late is
 * what an escalation says was taken from them, and an open offer whose time is up although no news of that came.
 */
export function peopleToday(rows: DayRows, since: number, now: number): PersonDay[] {
  const here = <B extends { store_id: string }>({ body }: Seen<B>) => rows.store_ids.includes(body.store_id)
  const [offers, leads] = [rows.offers.filter(here).filter(({ body }) => body.offered_at >= since), rows.leads.filter(here)]
  const assigned = leadsBy(offers, ({ body }) => [body.to_id, body.lead_id])
  const accepted = leadsBy([
    ...offers.filter(({ body }) => body.state === 'accepted').map(({ body }) => [body.to_id, body.lead_id] as const),
    ...leads.filter(({ body }) => (body.accepted_at ?? 0) >= since && body.holder_id).map(({ id, body }) => [body.holder_id!, id] as const),
  ], (pair) => pair)
  const late = leadsBy([...missedIn(rows.escalations.filter(here), since), ...overdueIn(offers, now)], (pair) => pair)
  const load = leadsBy(leads.filter(({ body }) => body.state !== 'closed'), ({ id, body }) => [body.holder_id ?? body.offered_to, id])
  const size = (found: Map<string, Set<string>>, id: string) => found.get(id)?.size ?? 0
  const ids = new Set([...receivers(rows), ...assigned.keys(), ...accepted.keys(), ...late.keys()])
  const name = new Map(rows.staff.map(({ id, body }) => [id, body.name]))
  return [...ids].map((staff_id) => ({
    staff_id, assigned: size(assigned, staff_id), accepted: size(accepted, staff_id), late: size(late, staff_id), load: size(load, staff_id),
  })).sort((a, b) => b.late - a.late || b.load - a.load || (name.get(a.staff_id) ?? '').localeCompare(name.get(b.staff_id) ?? ''))
}

type Pair = readonly [staff_id: string | null, lead_id: string]

/** A first follow-up that did not come is another promise; it is told with the lead and not counted here. */
function missedIn(escalations: Seen<Escalation>[], since: number): Pair[] {
  return escalations.filter(({ body }) => body.at >= since && body.reason === 'unanswered').map(({ body }) => [body.from_id, body.lead_id])
}

function overdueIn(offers: Seen<Offer>[], now: number): Pair[] {
  return offers.filter(({ body }) => body.state === 'open' && body.escalate_at !== null && now >= body.escalate_at).map(({ body }) => [body.to_id, body.lead_id])
}

function receivers({ staff, store_ids }: DayRows): string[] {
  return staff.filter(({ body }) => body.accepts_leads && body.state !== 'left' && body.store_ids.some((id) => store_ids.includes(id))).map(({ id }) => id)
}

function leadsBy<R>(rows: readonly R[], pairOf: (row: R) => Pair): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const row of rows) {
    const [staff_id, lead_id] = pairOf(row)
    if (!staff_id) continue
    if (!found.has(staff_id)) found.set(staff_id, new Set())
    found.get(staff_id)!.add(lead_id)
  }
  return found
}
