/** What a lead, an offer and their people are called. Only words; nothing here decides anything. */

import { calledBy } from '../customers/called'
import type { Lead, Offer, Role, Seen, Staff, Tier } from '../model'
import { me, zone } from '../phone/session'
import { currentTongue, t, type Key } from '../words'
import { momentText } from '../words/format'

export type Names = (staff_id: string | null | undefined) => string

/** Names of colleagues as this phone knows them. */
export function namesOf(staff: Seen<Staff>[] | undefined): Names {
  const known = new Map((staff ?? []).map((person) => [person.id, person.body.name]))
  return (staff_id) => (staff_id && known.get(staff_id)) || t('leads.somebody')
}

const SOURCES = ['poster', 'staff', 'pass', 'referral']

/** Whom a lead or an offer is about. */
export function leadName({ name, salutation, phone_masked }: Pick<Lead, 'name' | 'salutation' | 'phone_masked'>): string {
  return calledBy(name || salutation, phone_masked)
}

export function sourceText(source: string): string {
  return t((SOURCES.includes(source) ? `leads.source_${source}` : 'leads.source_other') as Key)
}

/** 扫码登记 · 门口海报; for someone known: 老客户再次到店 · 你是负责人 */
export function offerLine(offer: Offer, now: number): string {
  const parts = offer.is_known ? [t('leads.back_again'), offer.is_owner ? t('leads.you_own') : ''] : [sourceText(offer.source)]
  const late = offer.offered_at - offer.captured_at > 5 * 60_000
  return [...parts, offer.position, late ? t('leads.captured', { time: momentText(offer.captured_at, now, zone(), currentTongue()) }) : ''].filter(Boolean).join(' · ')
}

export function tierTone(tier: Tier): 'red' | 'amber' | 'blue' | 'plain' {
  return ({ A: 'red', B: 'amber', C: 'blue', D: 'plain' } as const)[tier]
}

const LEADERS: Role[] = ['manager', 'area', 'admin']

/** Managers and those above them may pass on and take over. */
export function mayLead(): boolean {
  return LEADERS.includes(me().role)
}
