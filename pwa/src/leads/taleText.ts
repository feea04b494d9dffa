/** How a line of a lead's history reads. Only words. */

import { zone } from '../phone/session'
import { currentTongue, t, type Key } from '../words'
import { MINUTE_MS, clockText, spanText } from '../words/format'
import type { Known } from '../model'
import { lagText } from '../followups/when'
import { wayOf } from './knowing'
import type { LateEvidence, Line } from './tale'
import { movedText, reasonText } from './standing'
import { type Names } from './told'

/** Kinds that are said in words of the desk; the others are history.ts's. */
const OWN = ['nudge', 'warning', 'warning_due', 'owner_told', 'first_contact']
const LEVELS = ['next', 'manager', 'area', 'admin']
const MOVES = ['reassignment', 'taken_over']
const WHYS = ['next', 'unanswered', 'nobody_eligible']

export function lineText(line: Line, names: Names): string {
  const name = line.staff_id ? names(line.staff_id) : ''
  if (line.kind === 'other') return t(name ? 'desk.tale_other_by' : 'desk.tale_other', { name, entity: line.entity ?? '' })
  if (line.kind === 'escalation' && line.level && LEVELS.includes(line.level)) return t(`desk.tale_${line.level}`, { name: names(line.staff_id) })
  if (line.from_id && MOVES.includes(line.kind)) return movedText({ staff_id: line.staff_id ?? '', code: line.kind, from_id: line.from_id, from_left: line.from_left }, names)
  if (line.kind === 'follow_up' && line.first) return t('desk.tale_first_follow_up', { name: names(line.staff_id) })
  if (OWN.includes(line.kind)) return t(`desk.tale_${line.kind}` as Key, { name: names(line.staff_id) })
  if (line.kind === 'acknowledged') return t('desk.history_acknowledged', { name: names(line.staff_id), way: wayText(line.way) })
  return t(`desk.history_${line.kind}` as Key, { name: names(line.staff_id), reason: line.reason ? t(`customers.closing_${line.reason}`) : '' })
}

function wayText(channel = 'app'): string {
  return t(`desk.known_${wayOf(channel)}`)
}

/** Who knows since when, and where they said so. */
export function knownText({ staff_id, at, channel }: Known, names: Names): string {
  return t('desk.acknowledged', { name: names(staff_id), time: clockText(at, zone()), way: wayText(channel) })
}

/** Why it happened and how long it took, or ''. */
export function detailText(line: Line, names: Names): string {
  const by = line.by_id && (line.by_id !== line.staff_id || line.from_id) ? t('desk.moved_by', { name: names(line.by_id) }) : ''
  const why = line.kind === 'escalation' ? escalatedText(line, names) : line.why ? t('desk.why', { why: whyText(line.why) }) : ''
  const took = line.took_ms === null ? '' : line.took_ms < MINUTE_MS ? t('desk.took_moment') : t('desk.took', { span: spanText(line.took_ms, currentTongue()) })
  return [by, why, took, lagText({ lag_s: line.lag_s }), line.note].filter(Boolean).join(' · ')
}

function whyText(code: string): string {
  return WHYS.includes(code) ? t(`desk.why_${code}` as Key) : reasonText(code)
}

function escalatedText({ why, from_id }: Line, names: Names): string {
  if (why === 'nobody_eligible') return t('desk.nobody_eligible')
  if (!from_id) return ''
  if (why === 'absent') return t('desk.was_absent', { name: names(from_id) })
  return t(why === 'first_follow_up' ? 'desk.first_follow_up_missed' : 'desk.missed_by', { name: names(from_id) })
}

export function lateText({ what, by, at, received_at }: LateEvidence, names: Names): string {
  return t(what === 'contact' ? 'desk.late_contact' : 'desk.late_acceptance', { name: names(by), at: clockText(at, zone()), received: clockText(received_at, zone()) })
}

/** +12 分钟; '' within the first minute. */
export function afterText(ms: number): string {
  return ms < MINUTE_MS ? '' : t('desk.after', { span: spanText(ms, currentTongue()) })
}
