/** A lead as a screen needs it, whether the server has completed it or it only waits on this phone. Pure. */

import type { Acceptance, Closing, Lead, Reassignment, Seen } from '../model'

export interface Local {
  acceptances: Seen<Acceptance>[] | undefined
  reassignments: Seen<Reassignment>[] | undefined
  closings: Seen<Closing>[] | undefined
}

/** Fields the server writes are missing on a lead of self-reception until it was judged: it is this person's, accepted. */
export function whole(lead: Seen<Lead>, self: string): Seen<Lead> {
  if (lead.body.state) return lead
  const blank = { is_known: false, reasons: [], arrivals: 1, clock: null, level: null, escalated_at: null, escalated_to: null, close_reason: null, closed_at: null, contacted_at: null, offer_id: null, offered_to: null, first_follow_up_due_at: null, source: 'staff', position: '', name: '', salutation: '' }
  const mine = { state: 'accepted' as const, holder_id: self, responsible_id: self, accepted_at: lead.captured_at, received_at: lead.captured_at, self_received: true }
  return { ...lead, body: { ...blank, ...mine, ...lead.body, state: 'accepted' } as Lead }
}

/** Lays what this person saved and the server has not judged over a lead: accepted, handed on or closed. */
export function expected(lead: Seen<Lead>, local: Local, self: string): Seen<Lead> {
  const of = <B extends { lead_id: string }>(rows: Seen<B>[] | undefined) => (rows ?? []).filter((row) => row.pending && row.body.lead_id === lead.id).at(-1)
  const { body } = lead
  const closing = of(local.closings)
  if (closing) return laid(lead, { ...body, state: 'closed', closed_at: closing.captured_at, close_reason: closing.body.reason })
  const moved = of(local.reassignments)
  const taken = of(local.acceptances) ?? (moved?.body.to_id === self ? moved : undefined)
  if (taken) return laid(lead, { ...body, state: 'accepted', holder_id: self, responsible_id: self, accepted_at: taken.captured_at, offered_to: null })
  return moved ? laid(lead, { ...body, state: 'offered', offered_to: moved.body.to_id, responsible_id: moved.body.to_id, holder_id: null, escalated_at: null, level: null, clock: null }) : lead
}

function laid(lead: Seen<Lead>, body: Lead): Seen<Lead> {
  return { ...lead, body, pending: true }
}
