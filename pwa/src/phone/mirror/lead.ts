import type { ArrivalCard, ClosingReason, FollowUp, Lead, Offer, Presence, Snooze } from '../../model'
import type { Operation } from '../databases'
import { isEffective } from './contact'
import { fieldsOf, pendingRow, type Layer } from './layer'

/** What an operation of ours will most likely mean for a lead, until the server says. */
export function mirrorLead(op: Operation, layer: Layer<Lead>): void {
  const mine = layer.viewer.staff_id
  const lead = String(op.fields.lead_id ?? '')
  if (op.entity === 'lead' && op.base === null && !layer.get(op.id)) {
    layer.put(pendingRow(op, { ...blank(op, mine), ...fieldsOf<Lead>(op) }, layer.viewer))
  }
  if (op.entity === 'acceptance') taken(op, layer, lead, mine)
  if (op.entity === 'reassignment') passed(op, layer, lead, mine)
  if (op.entity === 'closing') {
    layer.change(lead, op, { state: 'closed', closed_at: op.captured_at, close_reason: op.fields.reason as ClosingReason })
  }
  if (endsContact(op)) for (const { id } of openOf(op.root, layer)) layer.change(id, op, { state: 'closed', closed_at: op.captured_at, close_reason: 'withdrawn' })
  if (op.entity === 'snooze') putOff(op, layer, lead, mine)
  if (op.entity === 'lead_acknowledgement') layer.change(lead, op, { acknowledged: { by: mine, at: op.captured_at } })
  if (op.entity === 'follow_up' && lead) contacted(op, layer, lead)
  if (op.entity === 'follow_up' && lead) tried(op, layer, lead)
  if (op.entity === 'correction') recounted(op, layer)
}

/** Nobody is to contact a customer who took that back. */
function endsContact({ entity, fields }: Operation): boolean {
  return entity === 'consent' && fields.purpose === 'service' && fields.given === false
}

function openOf(customer_id: string, layer: Layer<Lead>) {
  return [...layer.all()].filter(({ root, body }) => root === customer_id && body.state !== 'closed')
}

/** An offer of a lead that I took, passed on or closed asks for nothing any more. */
export function mirrorOffer(op: Operation, layer: Layer<Offer>): void {
  if (endsContact(op)) for (const { id, body } of [...layer.all()]) if (body.customer_id === op.root && body.state === 'open') layer.change(id, op, { state: 'withdrawn' })
  if (op.entity !== 'acceptance' && op.entity !== 'reassignment' && op.entity !== 'closing') return
  const state = op.entity === 'acceptance' ? 'accepted' : 'withdrawn'
  for (const offer of [...layer.all()]) {
    if (offer.body.lead_id === op.fields.lead_id && offer.body.state === 'open') layer.change(offer.id, op, { state })
  }
}

/** Whoever says 我在, accepts or receives is here again. */
export function mirrorPresence(op: Operation, layer: Layer<Presence>): void {
  if (op.entity !== 'attendance' && op.entity !== 'acceptance') return
  for (const { id, body } of [...layer.all()]) {
    if (body.staff_id === layer.viewer.staff_id && body.away_at !== null) layer.change(id, op, { away_at: null, missed_ids: [], until: 0 })
  }
}

/** The clerk's card follows what is done about its lead. */
export function mirrorArrivalCard(op: Operation, layer: Layer<ArrivalCard>): void {
  if (op.entity !== 'acceptance' && op.entity !== 'closing') return
  const state = op.entity === 'acceptance' ? 'accepted' : 'closed'
  for (const card of [...layer.all()]) {
    if (card.body.lead_id === op.fields.lead_id) layer.change(card.id, op, { state })
  }
}

function taken(op: Operation, layer: Layer<Lead>, lead: string, by: string): void {
  const row = layer.get(lead)
  if (!row || row.body.state === 'closed' || row.body.state === 'contacted') return
  layer.change(lead, op, {
    state: 'accepted', holder_id: by, responsible_id: by, accepted_at: op.captured_at, offer_id: null, offered_to: null,
  })
}

function passed(op: Operation, layer: Layer<Lead>, lead: string, mine: string): void {
  const to = String(op.fields.to_id)
  if (to === mine) taken(op, layer, lead, mine)
  else layer.change(lead, op, { state: 'offered', offered_to: to, responsible_id: to, holder_id: null })
}

/** Its rungs stay where they are until the server has moved them: what is shown says until when it is put off. */
function putOff(op: Operation, layer: Layer<Lead>, lead: string, by: string): void {
  const { reason, until, note = '' } = fieldsOf<Snooze>(op) as Snooze
  layer.change(lead, op, { snooze: { by, reason, until, note, at: op.captured_at }, snoozes: (layer.get(lead)?.body.snoozes ?? 0) + 1 })
}

function contacted(op: Operation, layer: Layer<Lead>, lead: string): void {
  const row = layer.get(lead)
  if (row?.body.state !== 'accepted' || !isEffective(op.fields as unknown as FollowUp)) return
  layer.change(lead, op, { state: 'contacted', contacted_at: op.captured_at })
}

function tried(op: Operation, layer: Layer<Lead>, lead: string): void {
  const row = layer.get(lead)
  if (!row || (op.fields as unknown as FollowUp).greeting?.result !== 'no_answer') return
  layer.change(lead, op, { attempts: [...(row.body.attempts ?? []), op.captured_at] })
}

/** A lead whose only contact was made void waits for one again. */
function recounted(op: Operation, layer: Layer<Lead>): void {
  const contacts = layer.viewer.contacts?.get(op.root)
  if (!contacts) return
  for (const { id, root, body } of [...layer.all()]) {
    const answered = contacts.some((one) => one.body.counts_for === id && isEffective(one.body))
    if (root === op.root && body.state === 'contacted' && !answered) layer.change(id, op, { state: 'accepted', contacted_at: null })
  }
}

function blank(op: Operation, mine: string): Lead {
  return {
    customer_id: op.root, store_id: '', arrival_id: '', need: '', state: 'waiting', responsible_id: mine, holder_id: null,
    offer_id: null, offered_to: null, received_at: op.captured_at, captured_at: op.captured_at, routed_at: null,
    accepted_at: null, contacted_at: null, closed_at: null, close_reason: null, self_received: true, clock: null,
    escalated_at: null, escalated_to: null, level: null, first_follow_up_due_at: null, arrivals: 1, rung_at: null,
    reasons: [], name: '', salutation: '', source: 'staff', position: '', is_known: false,
  }
}
