import { now } from '../phone/clock'
import { zone } from '../phone/session'
import { saidOf } from '../customers/contacts'
import { currentTongue, t, type Key } from '../words'
import { maskedPhone, momentText } from '../words/format'
import customers from '../words/zh/customers'
import { countRequired, isBeside, textOf } from '../templates/templates'
import zh from '../words/zh/trust'
import { isWord } from './deciding'

/** Fields whose values are chosen from a few, and where these have their words. */
const PICKED = { stage: 'templates.stage', kind: 'library.kind', step: 'followups.short' }

type Names = ReadonlyMap<string, string>
/** What is said of an operation, wherever it is now. */
interface Told { entity: string; root: string; fields: Record<string, unknown> }
/** What a refusal needs to be said as a sentence: codes from the server, words from here. */
export interface Why { code: string; entity?: string; field?: string | null; who?: string | null; when?: number | null; fields?: Record<string, unknown> }

/** 跟进 · 周建国 */
export function whatOf(told: Told, names: Names): string {
  const name = names.get(told.root) ?? names.get(String(told.fields.pool_card_id)) ?? (told.entity === 'customer' ? told.fields.name : '')
  const kind = say(`e_${kindOf(told, names)}`, 'e_other')
  return name ? `${kind} · ${String(name)}` : kind
}

/** What makes a fact void is called so; of all that can be void, deletions alone are known by a name. */
function kindOf({ entity, fields }: Told, names: Names): string {
  if (entity !== 'correction' || fields.void !== true) return entity
  return names.has(String(fields.fact_id)) ? 'undeletion' : 'voiding'
}

/** As whyOf, said to the manager about a colleague: what is "you" to its author is a name here. */
export function whyTheirs(why: Why, author: string, names: Names): string {
  const key = `theirs_${why.code}` in zh ? `theirs_${why.code}` : `why_${why.code}` in zh ? '' : 'theirs_other'
  if (!key) return whyOf(why, names)
  return t(`trust.${key}` as Key, { author, who: names.get(why.who ?? '') ?? t('trust.someone'), when: whenOf(why) })
}

export function whyOf(why: Why, names: Names): string {
  const decided = isWord(why.entity ?? '') && ['taken', 'not_found', 'not_open'].includes(why.code)
  const first = why.code === 'not_in_pool' && why.who ? 'not_in_pool_by' : why.code
  const code = decided ? (why.who ? 'decided_by' : 'decided') : first
  const key = `why_${code}` in zh ? `why_${code}` : 'why_other'
  return t(`trust.${key}` as Key, {
    field: fieldName(why.field ?? ''), who: names.get(why.who ?? '') ?? t('trust.someone'),
    when: whenOf(why), n: countRequired(why.fields ?? {}),
  })
}

function whenOf({ when }: Why): string {
  return when ? momentText(when, now(), zone(), currentTongue()) : ''
}

/** The name a person knows a field by; `needs.note` is known by its last part. */
export function fieldName(field: string): string {
  return say(`f_${field.split('.').at(-1)}`, 'f_other')
}

/** Whether a person knows this field by a name at all. */
export function hasName(field: string): boolean {
  return `f_${field}` in zh
}

export function valueText(field: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return t('trust.empty_value')
  if (Array.isArray(value)) return value.map(saidIn).join(t('ui.pause')) || t('trust.empty_value')
  if (typeof value === 'object') return Object.values(value).map(saidIn).join(t('ui.pause')) || t('trust.empty_value')
  if (field in PICKED) return t(`${PICKED[field as keyof typeof PICKED]}_${String(value)}` as Key)
  if (field === 'reason' && `closing_${String(value)}` in customers) return t(`customers.closing_${String(value)}` as Key)
  return field === 'phone' ? maskedPhone(String(value)) : (saidOf(field, value) ?? String(value))
}

/** A question or a photo of a template by what it says. */
function saidIn(value: unknown): string {
  if (typeof value !== 'object' || value === null) return isBeside(value) ? t(`followups.${value}`) : String(value)
  return textOf(value)
}

function say(key: string, otherwise: keyof typeof zh): string {
  return t(`trust.${key in zh ? key : otherwise}` as Key)
}
