/** 谁在接待: what is saved when somebody answers it for a card or a pass. Pure. */

import type { ArrivalCard, Reception, Seen } from '../model'
import type { Draft } from '../phone/outbox'

export interface Answer { reception: Reception | null; receiver_id: string | null }
export interface Here { staff_id: string; store_id: string; newId: () => string }
/** A registration this phone knows, or only the pass that was scanned. */
export type Shown = { card: Seen<ArrivalCard>; pass: string } | { card: null; pass: string }

export type Lack = 'pick' | 'pick_colleague' | null

export function lackOf({ reception, receiver_id }: Answer): Lack {
  if (!reception) return 'pick'
  return reception === 'colleague' && !receiver_id ? 'pick_colleague' : null
}

/**
 * One unit. 我 brings its own lead and acceptance, so no offer and no clock begins; where a lead is already open the
 * server takes it for that one. A pass this phone cannot place is an arrival only: the server knows whose it is.
 */
export function receptionUnit(shown: Shown, answer: Answer, here: Here): Draft[] {
  const { card } = shown
  const arrival_id = here.newId()
  const self = answer.reception === 'me' && card !== null
  const lead_id = self ? here.newId() : null
  const receiver_id = answer.reception === 'me' ? here.staff_id : answer.reception === 'colleague' ? answer.receiver_id : null
  const fields = {
    store_id: card?.body.store_id ?? here.store_id, source: 'pass', pass: shown.pass, reception: answer.reception,
    ...(card && { card_id: card.id, need: card.body.need }), ...(receiver_id && { receiver_id }), ...(lead_id && { lead_id }),
  }
  const unit: Draft[] = [{ entity: 'arrival', id: arrival_id, fields }]
  if (!card || !lead_id) return unit
  const lead = { customer_id: card.body.customer_id, store_id: card.body.store_id, arrival_id, need: card.body.need }
  return [...unit, { entity: 'lead', id: lead_id, fields: lead }, { entity: 'acceptance', id: here.newId(), fields: { lead_id } }]
}
