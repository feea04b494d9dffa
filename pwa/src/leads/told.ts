/** How a lead, an offer and their people read. Only words; nothing here decides anything. */

import type { Lead, Offer, Reason, Role, Seen, Staff, Tier } from '../model'
import { me, zone } from '../phone/session'
import { currentTongue, t, type Key } from '../words'
import { pauseOf, timerText, waited } from './clock'
import { appointmentText, clockText, momentText } from '../words/format'

export type Names = (staff_id: string | null | undefined) => string

/** Names of colleagues as this phone knows them. */
export function namesOf(staff: Seen<Staff>[] | undefined): Names {
  const known = new Map((staff ?? []).map((person) => [person.id, person.body.name]))
  return (staff_id) => (staff_id && known.get(staff_id)) || t('leads.somebody')
}

const SOURCES = ['poster', 'staff', 'pass', 'referral']

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

/** Codes that say why somebody was chosen; the others say why not. */
const CHOSEN = ['owner', 'personal', 'senior', 'fairest', 'reassigned', 'colleague']
const REASONS = [
  ...CHOSEN, 'left', 'leave', 'travelling', 'off_shift', 'missed', 'not_accepting', 'other_store', 'unreachable', 'away', 'full', 'full_today',
  'no_share', 'lacks_skill', 'not_senior', 'silent', 'busy', 'has_it',
]

export function wasChosen(code: string): boolean {
  return CHOSEN.includes(code)
}

export function reasonText(code: string): string {
  return t((REASONS.includes(code) ? `leads.reason_${code}` : 'leads.reason_other') as Key)
}

/** Chosen ones, those told apart, and those who never receive leads: naming them each time says nothing. */
const UNTOLD = [...CHOSEN, 'missed', 'not_accepting', 'other_store']

/** Who had it and did not answer, and who was passed over, each as one line or ''. */
export function skippedLines(reasons: Reason[], names: Names): { missed: string; skipped: string } {
  const list = (people: string[]) => people.join(currentTongue() === 'zh' ? '、' : ', ')
  const missed = reasons.filter(({ code }) => code === 'missed').map(({ staff_id }) => names(staff_id))
  const skipped = reasons.filter(({ code }) => !UNTOLD.includes(code))
    .map(({ staff_id, code }) => t('leads.skipped_one', { name: names(staff_id), reason: reasonText(code) }))
  return {
    missed: missed.length ? t('leads.not_accepted', { names: list(missed) }) : '',
    skipped: skipped.length ? t('leads.skipped', { names: list(skipped) }) : '',
  }
}

/** The running clock of a lead in words, '' once somebody answered. */
export function waitedText(lead: Lead, patience_ms: number, now: number, opens_at: number | null): string {
  const wait = waited(lead, patience_ms, now, opens_at)
  if (wait.kind === 'running') return t('leads.waited', { time: timerText(wait.ms) })
  return wait.kind === 'paused' ? t('leads.waiting_paused', { time: appointmentText(wait.until, now, zone(), currentTongue()) }) : ''
}

/** 林岚推迟到 14:35：正在接待，在样板间; '' while nobody has put it off. */
export function pauseText(lead: Lead, names: Names, now: number): string {
  const pause = pauseOf(lead, now)
  if (!pause) return ''
  const reason = pause.reason === 'other' ? '' : t(`desk.snooze_${pause.reason}`)
  const time = appointmentText(pause.until, now, zone(), currentTongue())
  return t('desk.snoozed', { name: names(pause.by), time, reason: [reason, pause.note].filter(Boolean).join(t('ui.comma')) })
}

/** Who has it now: 派给 薄文 / 薄文 10:42 已接单. */
export function whoLine(lead: Lead, names: Names): string {
  if (lead.state === 'offered' && lead.offered_to) return t('leads.offered_to', { name: names(lead.offered_to) })
  if (lead.state === 'waiting') return t('leads.responsible', { name: names(lead.responsible_id) })
  const name = names(lead.holder_id ?? lead.responsible_id)
  return lead.accepted_at ? t('leads.accepted_by', { name, time: clockText(lead.accepted_at, zone()) }) : t('leads.held_by', { name })
}

const LEADERS: Role[] = ['manager', 'area', 'admin']

/** Managers and those above them may pass on and take over. */
export function mayLead(): boolean {
  return LEADERS.includes(me().role)
}
