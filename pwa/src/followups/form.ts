import { lagOf } from './when'
import type { Breakthrough, Channel, FollowUp, Mood, Revisit, Step } from '../model'

/** The parts of one follow-up, in the order a thumb meets them. */
export const PARTS = [
  'channel', 'greeting', 'needs', 'proposal', 'objection', 'revisit', 'mood', 'breakthrough',
] as const
export type Part = (typeof PARTS)[number]
export type Told = 'greeting' | 'needs' | 'proposal' | 'objection'
export const CHOICES = {
  channel: ['store', 'phone', 'wechat', 'visit'],
  greeting: ['met', 'no_answer', 'skipped'],
  needs: ['clear', 'partial', 'changed', 'skipped'],
  proposal: ['approved', 'revise', 'expensive', 'comparing', 'skipped'],
  objection: ['resolved', 'open', 'none', 'skipped'],
  mood: ['keen', 'watching', 'cold', 'none'],
  breakthrough: ['price', 'delivery', 'design', 'family', 'none'],
} as const
export const NO_CONTACT_REASONS = ['bought', 'dropped', 'moved', 'asked'] as const

/** What a contact is asked for: parts, and those questions of its template without which it is not finished. */
export interface Wanted { parts: readonly Part[]; musts: readonly { id: string; step: Step }[] }
export const EVERYTHING: Wanted = { parts: PARTS, musts: [] }

/** A follow-up being told; kept on the phone at every tap. */
export interface Form {
  /** The id of the fact to come, so that photos taken now can point at it. */
  id: string
  answers: Partial<Record<Exclude<Part, 'revisit'>, string>>
  notes: Partial<Record<Step, string>>
  revisit: Partial<Revisit>
  /** What was answered to a template's questions, by their ids; drafts of older versions have none. */
  replies?: Record<string, string>
  open: Part | null
  started_at: number
  kept_at: number
  /** When the contact was, by this phone's clock; nothing for now. */
  was_at?: number | null
}

export function blankForm(id: string, now: number): Form {
  return { id, answers: {}, notes: {}, revisit: {}, open: 'channel', started_at: now, kept_at: now }
}

/** One tap on a chip: the answer is set and the next unanswered part opens. */
export function answered(form: Form, part: Exclude<Part, 'revisit'>, value: string, now: number, wanted = EVERYTHING): Form {
  const answers = { ...form.answers, [part]: value }
  if (part === 'greeting' && value === 'no_answer') Object.assign(answers, nothingSaid(form.answers))
  return opened({ ...form, answers, kept_at: now }, part, wanted)
}

/** A time of one's own (`at` null) stays open until it is said: what was booked before it is not meant any more. */
export function booked(form: Form, at: number | null, now: number, wanted = EVERYTHING): Form {
  const revisit: Partial<Revisit> = { ...form.revisit, result: 'booked', at: at ?? undefined, reason: undefined }
  const next = { ...form, revisit, kept_at: now }
  return at ? opened(next, 'revisit', wanted) : { ...next, open: 'revisit' }
}

/** 不再联系: stays open until a reason is given, and while one is still being typed. */
export function parted(form: Form, reason: string, now: number, wanted = EVERYTHING, typing = false): Form {
  const revisit: Partial<Revisit> = { ...form.revisit, result: 'no_contact', reason, at: undefined }
  const next = { ...form, revisit, kept_at: now }
  return reason.trim() && !typing ? opened(next, 'revisit', wanted) : { ...next, open: 'revisit' }
}

/** What was answered to one question of the template; nothing moves under the thumb. */
export function replied(form: Form, id: string, reply: string, now: number): Form {
  return { ...form, replies: { ...form.replies, [id]: reply }, kept_at: now }
}

/** A chip in answer to what must be asked: the last thing its step waited for opens the next one. */
export function chosen(form: Form, question: { id: string; step: Step }, reply: string, now: number, wanted: Wanted): Form {
  const next = replied(form, question.id, reply, now)
  return reply && isAnswered(next, question.step) ? opened(next, question.step, wanted) : next
}

export function noted(form: Form, step: Step, note: string, now: number): Form {
  return { ...form, notes: { ...form.notes, [step]: note }, kept_at: now }
}

export function happened(form: Form, was_at: number | null, now: number): Form {
  return { ...form, was_at, kept_at: now }
}

export function reopened(form: Form, part: Part): Form {
  return { ...form, open: part }
}

/** A phrase is put after what is already written, not in its place. */
export function withPhrase(note: string | undefined, phrase: string): string {
  const before = (note ?? '').trim()
  if (!before) return phrase
  const comma = /[\u3400-\u9fff]/.test(phrase) ? '，' : ', '
  return /[，。；、,.;]$/.test(before) ? `${before}${phrase}` : `${before}${comma}${phrase}`
}

export function isAnswered(form: Form, part: Part): boolean {
  if (part !== 'revisit') return Boolean(form.answers[part])
  const { result, at, reason } = form.revisit
  return result === 'booked' ? Boolean(at) : result === 'no_contact' && Boolean(reason?.trim())
}

export function missing(form: Form, { parts } = EVERYTHING): Part[] {
  return parts.filter((part) => !isAnswered(form, part))
}

/** Questions that must be answered and are not; nobody can ask who was not reached. */
export function unasked<Q extends { id: string; step: Step }>(form: Form, musts: readonly Q[]): Q[] {
  return form.answers.greeting === 'no_answer' ? [] : musts.filter(({ id }) => !form.replies?.[id]?.trim())
}

/** Parts without an answer, or with a question that must be asked in them and was not; in order. */
export function unfinished(form: Form, wanted: Wanted): Part[] {
  const asks = new Set<Part>(unasked(form, wanted.musts).map(({ step }) => step))
  return wanted.parts.filter((part) => asks.has(part) || !isAnswered(form, part))
}

/** Anything worth asking about before it is thrown away. */
export function isTouched(form: Form): boolean {
  return PARTS.some((part) => isAnswered(form, part)) || [form.notes, form.replies ?? {}].some((said) => Object.values(said).some(Boolean))
}

/** Whom a contact was with, by whose questions, and when it ended. */
export interface About { customer_id: string; lead_id?: string | null; template_id?: string | null; ended_at: number }

/** The fact of a form with nothing missing; throws RangeError when something is. What was not asked for is 无. */
export function factOf(form: Form, about: About, wanted = EVERYTHING): Record<string, unknown> {
  const left = [...missing(form, wanted), ...unasked(form, wanted.musts).map(({ id }) => id)]
  if (left.length) throw new RangeError(`unanswered: ${left.join(' ')}`)
  const { answers, revisit } = form
  const fact: FollowUp | Omit<FollowUp, 'lead_id'> = {
    customer_id: about.customer_id,
    channel: answers.channel as Channel,
    greeting: told(form, 'greeting') as FollowUp['greeting'],
    needs: told(form, 'needs') as FollowUp['needs'],
    proposal: told(form, 'proposal') as FollowUp['proposal'],
    objection: told(form, 'objection') as FollowUp['objection'],
    revisit: lean({ ...revisit, reason: revisit.reason?.trim(), note: form.notes.revisit?.trim() }) as Revisit,
    mood: (answers.mood ?? 'none') as Mood,
    breakthrough: (answers.breakthrough ?? 'none') as Breakthrough,
    ...timesOf(form, about.ended_at),
    ...(about.lead_id ? { lead_id: about.lead_id } : {}),
    ...(about.template_id ? { template_id: about.template_id } : {}),
    ...saidTo(form),
  }
  return { ...fact }
}

/** Every reply, whether its question is still asked or not. */
function saidTo({ replies = {} }: Form): { answers?: Record<string, string> } {
  const said = lean(Object.fromEntries(Object.entries(replies).map(([id, reply]) => [id, reply.trim()])))
  return Object.keys(said).length ? { answers: said } : {}
}

function timesOf({ was_at, started_at }: Form, told_at: number): Pick<FollowUp, 'started_at' | 'ended_at' | 'lag_s'> {
  const lag_s = lagOf(was_at, told_at)
  return lag_s && was_at ? { started_at: was_at, ended_at: was_at, lag_s } : { started_at, ended_at: Math.max(told_at, started_at) }
}

function nothingSaid(before: Form['answers']): Form['answers'] {
  return {
    needs: 'skipped', proposal: 'skipped', objection: 'skipped',
    mood: before.mood ?? 'none', breakthrough: before.breakthrough ?? 'none',
  }
}

/** Opens the next unfinished part after `part`, else the first unfinished one, else none; not before what must be asked in it is answered. */
function opened(form: Form, part: Part, wanted: Wanted): Form {
  const left = unfinished(form, wanted)
  if (left.includes(part) && isAnswered(form, part)) return { ...form, open: part }
  const at = PARTS.indexOf(part)
  return { ...form, open: left.find((other) => PARTS.indexOf(other) > at) ?? left[0] ?? null }
}

function told(form: Form, step: Told): { result: string; note?: string } {
  const note = form.notes[step]?.trim()
  return lean({ result: form.answers[step] ?? 'skipped', note })
}

function lean<T extends object>(shape: T): T {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined && value !== '')) as T
}
