import type { Bodies, Seen, Step } from '../model'
import { currentTongue, t, type Key } from '../words'
import { appointmentText, momentText } from '../words/format'
import { CHOICES, NO_CONTACT_REASONS, type Form, type Part } from './form'

/** Chips of one part; on the phone or in a chat one is reached, not met. */
export function optionsOf(part: Exclude<Part, 'revisit'>, channel: string | undefined): { value: string; label: string }[] {
  return CHOICES[part].map((value) => ({ value, label: answerText(part, value, channel) }))
}

export function answerText(part: Exclude<Part, 'revisit'>, value: string, channel: string | undefined): string {
  const called = part === 'greeting' && value === 'met' && (channel === 'phone' || channel === 'wechat')
  return t(`followups.${part}_${value}${called ? '_call' : ''}` as Key)
}

/** What a closed part shows: its answer and what was added. */
export function summaryOf(form: Form, part: Part, now: number, zone: string): string {
  if (part === 'revisit') return revisitSummary(form.revisit, form.notes.revisit, now, zone)
  const answer = form.answers[part]
  if (!answer) return ''
  return withNote(answerText(part, answer, form.answers.channel), form.notes[part as Step])
}

/** What was said about a step the last time it came up; empty when it never did. */
export function lastSaid(step: Step, contacts: Seen<Bodies['follow_up']>[], now: number, zone: string): string {
  for (const { body } of contacts) {
    const said = step === 'revisit' ? revisitSummary(body.revisit, body.revisit.note, now, zone) : stepSaid(step, body)
    if (said) return said
  }
  return ''
}

/** 昨天 14:05没解决：比隔壁贵 */
export function objectionText({ at, body }: Seen<Bodies['follow_up']>, now: number, zone: string): string {
  const when = momentText(at, now, zone, currentTongue())
  const note = body.objection.note?.trim()
  return note ? t('templates.objection_open', { when, note }) : t('templates.objection_open_plain', { when })
}

export function reasonText(reason: string): string {
  const known = (NO_CONTACT_REASONS as readonly string[]).includes(reason)
  return known ? t(`followups.reason_${reason}` as Key) : reason
}

function stepSaid(step: Exclude<Step, 'revisit'>, body: Bodies['follow_up']): string {
  const { result, note } = body[step] ?? {}
  if (!result || (result === 'skipped' && !note)) return ''
  return withNote(answerText(step, result, body.channel), note)
}

function revisitSummary(revisit: Partial<Bodies['follow_up']['revisit']>, note: string | undefined, now: number, zone: string): string {
  if (revisit.result === 'booked' && revisit.at)
    return withNote(t('followups.revisit_booked', { when: appointmentText(revisit.at, now, zone, currentTongue()) }), note)
  if (revisit.result !== 'no_contact') return ''
  return withNote(t('followups.revisit_no_contact'), [reasonText(revisit.reason ?? ''), note].filter(Boolean).join(t('ui.comma')))
}

function withNote(result: string, note: string | undefined): string {
  return note?.trim() ? t('followups.last_kept', { result, note: note.trim() }) : result
}
