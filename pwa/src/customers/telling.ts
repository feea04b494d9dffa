import type { Bodies, Question, Seen, Step } from '../model'
import { textOf } from '../templates/templates'
import { currentTongue, t, type Key } from '../words'
import { agoText, appointmentText, clockText, daysApart, distanceText, maskedPhone, momentText } from '../words/format'
import { dwellText, sentencesOf, TONES } from '../visits/reasons'
import { lagText } from '../followups/when'
import { saidOf } from './contacts'
import type { Entry, Kind } from './timeline'
import { clocksOf } from './timeline'

/** What the telling of a fact may look up. */
export interface Around {
  staff: Map<string, string>
  stores: Map<string, string>
  customer: Bodies['customer']
  firstArrival: string | undefined
  /** by their ids, withdrawn ones too */
  questions?: ReadonlyMap<string, Question>
  now: number
  zone: string
}
export interface Told {
  title: string
  lines: string[]
  tag?: { text: string; tone: 'green' | 'blue' | 'amber' }
}
type Teller<K extends Kind> = (row: Seen<Bodies[K]>, around: Around) => Told

const TOLD_STEPS = ['greeting', 'needs', 'proposal', 'objection'] as const satisfies Step[]

/** One fact of the timeline in words. */
export function tell(entry: Entry, around: Around): Told {
  const teller = TELLERS[entry.kind] as Teller<Kind>
  return teller(entry.row, around)
}

/** Who did it: a name, the customer themselves, or the system. */
export function whoOf(entry: Entry, around: Around): string {
  if (entry.kind === 'escalation') return t('customers.system')
  if (entry.by) return nameOf(entry.by, around)
  return entry.kind === 'arrival' || entry.kind === 'comment' ? t('customers.customer_self') : t('customers.system')
}

/** When: one clock, and where capture and receipt differ, both. */
export function whenOf(entry: Entry, { now, zone }: Around): { short: string; both: string } {
  const tongue = currentTongue()
  const clocks = entry.kind === 'conflict' ? null : clocksOf(entry.row)
  const short = agoText(entry.at, now, zone, tongue)
  if (!clocks) return { short, both: '' }
  const sameDay = daysApart(clocks.captured_at, clocks.received_at, zone) === 0
  const received = sameDay ? clockText(clocks.received_at, zone) : momentText(clocks.received_at, now, zone, tongue)
  return { short, both: t('customers.both_clocks', { captured: clockText(clocks.captured_at, zone), received }) }
}

/** What became of a fact since it was written: who put it right or made it void, when and why. Empty for most. */
export function sinceText({ kind, correction, photos, recordings, void: gone }: Entry, around: Around): string {
  if (!correction && !gone) return ''
  const by = correction ? nameOf(correction.by, around) : t('customers.somebody')
  const at = correction?.at ?? [...photos, ...recordings].at(-1)?.at ?? around.now
  if ((kind === 'photo' || kind === 'recording') && !gone) return ''
  const line = `${by} · ${agoText(at, around.now, around.zone, currentTongue())}`
  return correction?.body.note ? t('records.reason_line', { line, note: correction.body.note }) : line
}

/** "方案：要修改。客厅柜改白橡木" for a step of a follow-up; null when it says nothing. */
export function stepText(contact: Bodies['follow_up'], step: (typeof TOLD_STEPS)[number]): string | null {
  const { result, note } = contact[step] ?? {}
  if (!result || (result === 'skipped' && !note)) return null
  const called = result === 'met' && contact.channel !== 'store' && contact.channel !== 'visit'
  const said = t(`followups.${step}_${result}${called ? '_call' : ''}` as Key)
  return t('customers.step_line', { step: t(`followups.short_${step}`), result: noted(said, note) })
}

/** The end of a follow-up: when next, or why never again. */
export function revisitText({ revisit }: Bodies['follow_up'], { now, zone }: Around): string {
  if (revisit.result !== 'booked') return t('customers.no_more_line', { reason: noted(reasonText(revisit.reason), revisit.note) })
  const when = appointmentText(revisit.at ?? 0, now, zone, currentTongue())
  return t('customers.next_line', { when: noted(when, revisit.note) })
}

export function nameOf(id: string | null | undefined, { staff }: Around): string {
  return (id && staff.get(id)) || t('customers.somebody')
}

/** A value of a profile as a person reads it. */
export function valueText(field: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return t('customers.conflict_empty')
  if (Array.isArray(value)) return value.length ? value.join(t('ui.pause')) : t('customers.conflict_empty')
  return field === 'phone' ? maskedPhone(String(value)) : (saidOf(field, value) ?? String(value))
}

/** The name of a field; a field this version does not know keeps its own. */
export function fieldText(field: string, entity = ''): string {
  const key = `customers.field_${field}` as Key
  const [said, whose] = [t(key), entity === 'contact' ? `${t('contacts.title')} · ` : '']
  return `${whose}${said === key ? field : said}`
}

const TELLERS: { [K in Kind]: Teller<K> } = {
  arrival: ({ id, body }, around) => ({
    title: t(id === around.firstArrival ? 'customers.told_arrival' : 'customers.told_arrival_again'),
    lines: arrivalLines(body, around),
    ...(body.differs ? { tag: { text: t('customers.differs'), tone: 'amber' } } : {}),
  }),
  acceptance: ({ body }) => body.standing === 'stand_in'
    ? { title: t('customers.told_stand_in'), lines: [t('customers.stand_in_line')] }
    : { title: t('customers.told_acceptance'), lines: [] },
  follow_up: ({ body }, around) => ({
    title: t(body.greeting?.result === 'no_answer' ? 'customers.told_attempt' : 'customers.told_follow_up', {
      channel: t(`followups.channel_${body.channel}`),
    }),
    lines: [...TOLD_STEPS.map((step) => stepText(body, step)), ...answerLines(body, around), revisitText(body, around)].filter((line) => line !== null),
    ...(lagText(body) ? { tag: { text: lagText(body), tone: 'amber' } } : {}),
  }),
  visit: ({ body }, around) => ({
    title: t('customers.told_visit', { place: around.stores.get(body.store_id ?? '') ?? t('customers.told_visit_home') }),
    lines: [visitText(body), ...sentencesOf(body.reasons), body.note ?? ''].filter(Boolean),
    ...(body.grade ? { tag: { text: t(`visits.grade_${body.grade}`), tone: TONES[body.grade] } } : {}),
  }),
  photo: () => ({ title: t('customers.told_photo'), lines: [] }),
  recording: () => ({ title: t('customers.told_recording'), lines: [] }),
  comment: ({ body }) => ({ title: t('customers.told_comment'), lines: [body.text] }),
  reassignment: ({ body, by }, around) => ({
    title: t(by === body.to_id ? 'customers.told_taken_over' : 'customers.told_reassignment', { name: nameOf(body.to_id, around) }),
    lines: body.note ? [body.note] : [],
  }),
  closing: ({ body }) => ({
    title: t('customers.told_closing'),
    lines: [noted(t(`customers.closing_${body.reason}`), body.note)],
  }),
  escalation: ({ body }, around) => ({
    title: t('customers.told_escalation', { name: nameOf(body.to_id, around) }),
    lines: [t(`customers.level_${body.level}`)],
  }),
  conflict: ({ body }) => ({ title: t('customers.told_conflict', { field: fieldText(body.field, body.entity) }), lines: [] }),
}

/** What a template's questions were answered with; an answer outlives its question. */
function answerLines({ answers = {} }: Bodies['follow_up'], { questions }: Around): string[] {
  return Object.entries(answers).map(([id, answer]) => {
    const question = questions?.get(id)
    return t('templates.answer_line', { question: question ? textOf(question) : t('templates.unknown_question'), answer })
  })
}

function arrivalLines(body: Bodies['arrival'], around: Around): string[] {
  const where = [t(`customers.source_${body.source}`), around.stores.get(body.store_id), body.position].filter(Boolean).join(' · ')
  const reception = t(`customers.reception_${body.reception}`, { name: nameOf(body.receiver_id, around) })
  // Which number was wrong is the question once a registration was put right.
  const phone = body.corrected_by ? maskedPhone(body.phone) : ''
  const typed = [body.name, phone, body.need].filter(Boolean).join(t('ui.comma'))
  const guardian = body.guardian && t('customers.guardian_line', { name: body.guardian.name, relation: t(`customers.reg_${body.guardian.relation}`) })
  return [where, body.source === 'poster' ? '' : reception, typed && t('customers.typed', { text: typed }), guardian ?? ''].filter(Boolean)
}

function visitText(body: Bodies['visit']): string {
  const stayed = dwellText(typeof body.dwell_s === 'number' ? body.dwell_s * 1000 : null)
  const accuracy_m = body.accuracy_m ?? null
  const where = body.rounded || accuracy_m === null ? '' : typeof body.distance_m === 'number' ? distanceText(body.distance_m, accuracy_m, currentTongue()) : t('visits.accuracy', { metres: Math.round(accuracy_m) })
  return [where, stayed].filter(Boolean).join(' · ')
}

function reasonText(reason: string | undefined): string {
  const key = `followups.reason_${reason}` as Key
  const said = t(key)
  return said === key ? (reason ?? '') : said
}

function noted(said: string, note: string | undefined): string {
  if (!note) return said
  return currentTongue() === 'zh' ? `${said}。${note}` : `${said}. ${note}`
}
