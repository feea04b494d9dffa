import { STEPS, type FollowUp } from '../model'
import { now } from '../phone/clock'
import type { Refused } from '../phone/refused'
import { zone } from '../phone/session'
import { currentTongue, t, type Key } from '../words'
import { momentText } from '../words/format'
import followups from '../words/zh/followups'
import { fieldName, hasName, valueText } from './saying'

export interface Line { label: string; text: string }
type Names = ReadonlyMap<string, string>

/** What a refused unit would have said, as a person reads it: no ids, no codes. */
export function contentOf(refused: Refused, names: Names): Line[] {
  return [refused, ...refused.companions].flatMap(({ entity, fields }) => [
    ...Object.entries({ ...fields, ...putRight(fields) }).flatMap(([field, value]) => lineOf(field, value, names)),
    ...(entity === 'follow_up' ? contactOf(fields as unknown as Partial<FollowUp>) : []),
  ])
}

/** What a correction wants to differ. */
function putRight({ fields }: Record<string, unknown>): Record<string, unknown> {
  return typeof fields === 'object' && fields !== null ? (fields as Record<string, unknown>) : {}
}

function lineOf(field: string, value: unknown, names: Names): Line[] {
  const plain = isSetChange(value) ? [...(value.add ?? []).map((one) => `+${one}`), ...(value.remove ?? []).map((one) => `−${one}`)] : value
  if (!hasName(field) || plain === null || plain === '' || (typeof plain === 'object' && !Array.isArray(plain))) return []
  const known = typeof plain === 'string' ? names.get(plain) : undefined
  if (!known && typeof plain === 'string' && /^[0-9a-f-]{36}$/.test(plain)) return []
  return [{ label: fieldName(field), text: known ?? valueText(field, plain) }]
}

/** 电话 · 需求确认：需求清楚，要白橡木 */
function contactOf(contact: Partial<FollowUp>): Line[] {
  const lines = STEPS.flatMap((step) => {
    const { result, note, at } = (contact[step] ?? {}) as { result?: string; note?: string; at?: number }
    if (!result || (result === 'skipped' && !note)) return []
    const when = at ? momentText(at, now(), zone(), currentTongue()) : ''
    return [{ label: t(`ui.step_${step}`), text: [word(`${step}_${result}`, { when }), note].filter(Boolean).join(t('ui.comma')) }]
  })
  return contact.channel ? [{ label: t('followups.channel'), text: word(`channel_${contact.channel}`) }, ...lines] : lines
}

function word(key: string, params: Record<string, string> = {}): string {
  return key in followups ? t(`followups.${key}` as Key, params) : ''
}

interface SetChange { add?: string[]; remove?: string[] }
function isSetChange(value: unknown): value is SetChange {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && ('add' in value || 'remove' in value)
}
