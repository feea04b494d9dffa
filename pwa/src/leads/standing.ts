/** How a lead stands, in words: its clock, who has it, why others have not. Not on the first page. */

import type { Lead, Reason } from '../model'
import { zone } from '../phone/session'
import { currentTongue, t, type Key } from '../words'
import { appointmentText, clockText } from '../words/format'
import { pauseOf, timerText, waited } from './clock'
import type { Names } from './told'

/** Codes that say why somebody was chosen; the others say why not. */
const CHOSEN = ['owner', 'household', 'personal', 'senior', 'fairest', 'reassigned', 'colleague']
const REASONS = [
  ...CHOSEN, 'left', 'leave', 'travelling', 'going_away', 'off_shift', 'missed', 'not_accepting', 'other_store', 'unreachable', 'away', 'full', 'full_today',
  'no_share', 'lacks_skill', 'not_senior', 'silent', 'busy', 'has_it',
]

export function wasChosen(code: string): boolean {
  return CHOSEN.includes(code)
}

export function reasonText(code: string): string {
  return t((REASONS.includes(code) ? `desk.reason_${code}` : 'desk.reason_other') as Key)
}

/** Of a lead that somebody moved: 林岚 接手 / 薄文 离职，交接给 陈晨. */
export function movedText({ staff_id, by_id, from_id, from_left }: Reason, names: Names): string {
  const name = names(staff_id)
  if (from_id) return t(from_left ? 'desk.moved_left' : 'desk.moved_over', { from: names(from_id), name })
  return t(by_id === staff_id ? 'desk.history_taken_over' : 'desk.history_reassignment', { name })
}

/** Who moved it, unless that is who has it, and when. */
export function moverText({ staff_id, by_id, from_id, at }: Reason, names: Names, now: number): string {
  const time = at ? appointmentText(at, now, zone(), currentTongue()) : ''
  if (!by_id || (by_id === staff_id && !from_id)) return time
  return [t('desk.moved_by', { name: names(by_id) }), time].filter(Boolean).join(' · ')
}

/** Chosen ones, those told apart, and those who never receive leads: naming them each time says nothing. */
const UNTOLD = [...CHOSEN, 'missed', 'not_accepting', 'other_store']

/** Who had it and did not answer, and who was passed over, each as one line or ''. */
export function skippedLines(reasons: Reason[], names: Names): { missed: string; skipped: string } {
  const list = (people: string[]) => people.join(currentTongue() === 'zh' ? '、' : ', ')
  const missed = reasons.filter(({ code }) => code === 'missed').map(({ staff_id }) => names(staff_id))
  const skipped = reasons.filter(({ code }) => !UNTOLD.includes(code))
    .map(({ staff_id, code }) => t('desk.skipped_one', { name: names(staff_id), reason: reasonText(code) }))
  return {
    missed: missed.length ? t('desk.not_accepted', { names: list(missed) }) : '',
    skipped: skipped.length ? t('desk.skipped', { names: list(skipped) }) : '',
  }
}

/** The running clock of a lead in words, '' once somebody answered. */
export function waitedText(lead: Lead, patience_ms: number, now: number, opens_at: number | null): string {
  const wait = waited(lead, patience_ms, now, opens_at)
  if (wait.kind === 'running') return t('desk.waited', { time: timerText(wait.ms) })
  return wait.kind === 'paused' ? t('desk.waiting_paused', { time: appointmentText(wait.until, now, zone(), currentTongue()) }) : ''
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
  if (lead.state === 'offered' && lead.offered_to) return t('desk.offered_to', { name: names(lead.offered_to) })
  if (lead.state === 'waiting') return t('desk.responsible', { name: names(lead.responsible_id) })
  const name = names(lead.holder_id ?? lead.responsible_id)
  return lead.accepted_at ? t('desk.accepted_by', { name, time: clockText(lead.accepted_at, zone()) }) : t('desk.held_by', { name })
}
