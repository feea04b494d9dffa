/** Who said of a lead that they know, in the app or by a link in a chat: one list, as in the server's notify/knowing. Pure. */

import type { Known, Lead } from '../model'

const WAYS = ['app', 'wecom', 'dingtalk', 'feishu', 'mail']
export type Way = 'app' | 'wecom' | 'dingtalk' | 'feishu' | 'mail' | 'other'

/** Oldest first; rows of older servers, and what waits on this phone, have what the app said outside the list. */
export function knownBy({ acknowledgements = [], acknowledged }: Lead): Known[] {
  if (!acknowledged || acknowledgements.some(({ staff_id, at }) => staff_id === acknowledged.by && at === acknowledged.at)) return acknowledgements
  return [...acknowledgements, { staff_id: acknowledged.by, at: acknowledged.at, channel: 'app' }].sort((a, b) => a.at - b.at)
}

/** Who has said so since it was last escalated, latest first; nobody once it is answered. */
export function knownNow(lead: Lead): Known[] {
  if (lead.state !== 'offered' && lead.state !== 'waiting') return []
  return knownBy(lead).filter(({ at }) => at >= (lead.escalated_at ?? 0)).reverse()
}

export function wayOf(channel: string): Way {
  return WAYS.includes(channel) ? (channel as Way) : 'other'
}
