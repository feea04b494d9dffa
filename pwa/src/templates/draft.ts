/** A template being written: what is kept on this phone until it is saved, and what a save sends. */

import type { Beside, PhotoPrompt, Question, Role, Seen, Stage, Step, Template, Tier } from '../model'
import type { Draft as Operation } from '../phone/outbox'
import { newId } from '../sync/uuid7'
import { BESIDE, countRequired, MOST_REQUIRED } from './templates'

export interface Draft {
  name: string; stage: Stage; store_id: string | null; tiers: Tier[]
  questions: Required<Question>[]; photos: Required<PhotoPrompt>[]; requires: Beside[]
  examples: Partial<Record<Step, string>>; credit_id: string | null; withdrawn: boolean
}
/** `before` and `base`: the row that was looked at when it began, and its version; none for a new one. */
export interface Kept { draft: Draft; before: Draft | null; base: number; kept_at: number }
export const keyOf = (id: string) => `template:${id}`

export function begunOn(row: Pick<Seen<Template>, 'body' | 'version'>, now: number): Kept {
  return { draft: draftOf(row.body), before: draftOf(row.body), base: row.version, kept_at: now }
}

export function blankDraft(store_id: string | null): Draft {
  return { name: '', stage: 'first', store_id, tiers: [], questions: [], photos: [], requires: [...BESIDE], examples: {}, credit_id: null, withdrawn: false }
}

export function draftOf({ name, stage, store_id, tiers, questions, photos, requires, examples, credit_id, withdrawn }: Template): Draft {
  return {
    name, stage, store_id: store_id ?? null, tiers: [...(tiers ?? [])], requires: [...(requires ?? BESIDE)], examples: { ...examples }, credit_id: credit_id ?? null, withdrawn: Boolean(withdrawn),
    questions: (questions ?? []).map((question) => ({ zh: '', en: '', must: false, ...question, choices: [...(question.choices ?? [])] })),
    photos: (photos ?? []).map((photo) => ({ zh: '', en: '', ...photo })),
  }
}

export function blankQuestion(): Required<Question> {
  return { id: newId(), step: 'needs', zh: '', en: '', must: false, choices: [] }
}

export function blankPhoto(): Required<PhotoPrompt> {
  return { id: newId(), zh: '', en: '' }
}

/** The list with one of its members one place further up (-1) or down (1); at the ends, as it was. */
export function moved<T>(list: readonly T[], at: number, by: -1 | 1): T[] {
  const to = at + by
  if (to < 0 || to >= list.length) return [...list]
  const next = [...list]
  next.splice(to, 0, ...next.splice(at, 1))
  return next
}

export interface Lack { what: 'name' | 'over' | 'question' | 'photo' | 'choices'; n: number }
const CHOICES_MOST = 6
const CHOICE_LONGEST = 40

/** What keeps a draft from being saved, the first thing first; as the server would refuse it. */
export function lackOf(draft: Draft): Lack | null {
  if (!draft.name.trim()) return { what: 'name', n: 0 }
  for (const [what, list] of [['question', draft.questions], ['photo', draft.photos]] as const) {
    const at = list.findIndex(({ zh, en }) => !zh.trim() && !en.trim())
    if (at >= 0) return { what, n: at + 1 }
  }
  // What is too much is said, not cut.
  const chips = draft.questions.map(({ choices }) => choices.map((choice) => choice.trim()).filter(Boolean))
  const much = chips.findIndex((choices) => choices.length > CHOICES_MOST || choices.some(({ length }) => length > CHOICE_LONGEST))
  if (much >= 0) return { what: 'choices', n: much + 1 }
  const n = countRequired(draft)
  return n > MOST_REQUIRED ? { what: 'over', n } : null
}

/** The operation that makes the template what the draft says; null where that changes nothing. */
export function operationOf(id: string, { draft, before, base }: Kept): Operation | null {
  const wanted = fieldsOf(draft)
  if (!before) return { entity: 'template', id, fields: Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== null)) }
  const seen = fieldsOf(before)
  const changed = (Object.keys(wanted) as (keyof typeof wanted)[]).filter((field) => JSON.stringify(wanted[field]) !== JSON.stringify(seen[field]))
  if (!changed.length) return null
  // What is counted together is sent together: whoever reads a refusal sees the whole sum.
  const together = changed.includes('questions') || changed.includes('requires') ? (['questions', 'requires'] as const) : []
  return { entity: 'template', id, fields: Object.fromEntries([...new Set([...changed, ...together])].map((field) => [field, wanted[field]])), base }
}

/** Whether this person's word counts for a store's templates and phrases; null is everybody's. */
export function mayWrite(who: { role: Role; store_ids: readonly string[] }, store_id: string | null | undefined): boolean {
  if (who.role === 'admin') return true
  return (who.role === 'manager' || who.role === 'area') && Boolean(store_id) && who.store_ids.includes(store_id!)
}

function fieldsOf(draft: Draft) {
  return {
    name: draft.name.trim(), stage: draft.stage, store_id: draft.store_id, tiers: [...draft.tiers].sort(), requires: BESIDE.filter((part) => draft.requires.includes(part)),
    questions: draft.questions.map(({ zh, en, choices, ...rest }) => ({ ...rest, zh: zh.trim(), en: en.trim(), choices: choices.map((choice) => choice.trim()).filter(Boolean) })),
    photos: draft.photos.map(({ id, zh, en }) => ({ id, zh: zh.trim(), en: en.trim() })),
    examples: Object.fromEntries(Object.entries(draft.examples).map(([step, text]) => [step, text.trim()]).filter(([, text]) => text)),
    credit_id: draft.credit_id, withdrawn: draft.withdrawn,
  }
}
