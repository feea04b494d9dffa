import type { Bodies, EntityName, Role, Seen } from '../model'
import { save } from '../phone/outbox'
import { canonical } from '../sync/canonical'
import { newId } from '../sync/uuid7'
import { DAY_MS } from '../words/format'

export const CORRECTABLE = ['follow_up', 'comment', 'visit', 'photo'] as const satisfies EntityName[]
type Fields = Record<string, unknown>

/** The author for 24 hours from receipt, and managers; nobody else, and nothing but reports. */
export function mayCorrect(fact: Pick<Seen<unknown>, 'entity' | 'by' | 'received_at'>, who: { staff_id: string; role: Role }, now: number): boolean {
  if (!(CORRECTABLE as readonly string[]).includes(fact.entity)) return false
  if (who.role === 'manager') return true
  return fact.by === who.staff_id && now - (fact.received_at ?? now) < DAY_MS
}

/** Of what a fact says now, only what differs from what was first written: a correction says all of it again. */
export function differing(original: object, says: Fields): Fields {
  const first = original as Fields
  return Object.fromEntries(Object.entries(says).filter(([field, value]) => canonical(value) !== canonical(first[field])))
}

/** Whether a correction would change how the fact is read now. */
export function changesReading(original: object, read: object, fields: Fields): boolean {
  const [before, after] = [read as Fields, { ...(original as Fields), ...fields }]
  return Object.keys({ ...before, ...after }).some((field) => canonical(before[field]) !== canonical(after[field]))
}

export interface Said { fields?: Fields; gone?: boolean; note?: string }

/** Saves what is to stand for a fact from now on. */
export async function correct(fact_id: string, { fields = {}, gone = false, note = '' }: Said): Promise<void> {
  const said = note.trim() ? { note: note.trim() } : {}
  await save([{ entity: 'correction', id: newId(), fields: { fact_id, fields, void: gone, ...said } }])
}

/** Takes a fact out of the reading, or back into it, as it was corrected before. */
export async function setVoid(fact_id: string, gone: boolean, before: Seen<Bodies['correction']> | null, note = ''): Promise<void> {
  await correct(fact_id, { fields: before?.body.fields ?? {}, gone, note })
}
