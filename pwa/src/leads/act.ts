/** What a person may do with a lead. Each is one fact, saved on this phone first; the server judges it later. */

import type { ClosingReason, SnoozeReason } from '../model'
import { save } from '../phone/outbox'
import { newId } from '../sync/uuid7'

/** Names the offer, so that one accepted offline is judged by what was on the screen. */
export function accept(lead_id: string, offer_id: string | null): Promise<void> {
  return save([{ entity: 'acceptance', id: newId(), fields: { lead_id, ...(offer_id && { offer_id }) } }])
}

/** To oneself this is taking over. */
export function reassign(lead_id: string, to_id: string): Promise<void> {
  return save([{ entity: 'reassignment', id: newId(), fields: { lead_id, to_id } }])
}

export function close(lead_id: string, reason: ClosingReason, note: string): Promise<void> {
  const words = note.trim()
  return save([{ entity: 'closing', id: newId(), fields: { lead_id, reason, ...(words && { note: words }) } }])
}

/** Puts a waiting lead off until a moment in ms UTC. */
export function snooze(lead_id: string, reason: SnoozeReason, until: number, note: string): Promise<void> {
  const words = note.trim()
  return save([{ entity: 'snooze', id: newId(), fields: { lead_id, reason, until, ...(words && { note: words }) } }])
}

/** 我知道了: seen, and nothing stops. */
export function acknowledge(lead_id: string): Promise<void> {
  return save([{ entity: 'lead_acknowledgement', id: newId(), fields: { lead_id } }])
}

/** 我在: offers come again. */
export function isHere(presence_id: string): Promise<void> {
  return save([{ entity: 'attendance', id: newId(), fields: { presence_id } }])
}
