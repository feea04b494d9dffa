import type { Bodies, EntityName, Role, Seen } from '../model'
import { save } from '../phone/outbox'
import { canonical } from '../sync/canonical'
import { newId } from '../sync/uuid7'
import { DAY_MS } from '../words/format'

export const CORRECTABLE = ['follow_up', 'comment', 'visit', 'photo', 'recording', 'walk_in'] as const satisfies EntityName[]
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
  return Object.fromEntries(Object.entries(says).filter(([field, value]) => plain(value) !== plain(first[field])))
}

/** Whether a correction would change how the fact is read now. */
export function changesReading(original: object, read: object, fields: Fields): boolean {
  const [before, after] = [read as Fields, { ...(original as Fields), ...fields }]
  return Object.keys({ ...before, ...after }).some((field) => plain(before[field]) !== plain(after[field]))
}

export interface Said { fields?: Fields; gone?: boolean; note?: string }

/** Saves what is to stand for a fact from now on. */
export async function correct(fact_id: string, { fields = {}, gone = false, note = '' }: Said): Promise<void> {
  const said = note.trim() ? { note: note.trim() } : {}
  await save([{ entity: 'correction', id: newId(), fields: { fact_id, fields, void: gone, ...said } }])
}

/** Takes a fact out of the reading: nothing of it is to differ, it is not to be read. */
export async function makeVoid(fact_id: string, note = ''): Promise<void> {
  await correct(fact_id, { gone: true, note })
}

/** Brings it back as it was last corrected, or as it was written. */
export async function bringBack(fact_id: string, corrections: readonly Seen<Bodies['correction']>[]): Promise<void> {
  await correct(fact_id, { fields: lastSaid(fact_id, corrections) })
}

/** What the newest correction that did not make the fact void wanted to differ. */
export function lastSaid(fact_id: string, corrections: readonly Seen<Bodies['correction']>[]): Fields {
  const own = corrections.filter(({ body }) => body.fact_id === fact_id && !body.void)
  return own.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))[0]?.body.fields ?? {}
}

/** A text that was never written and an empty one read alike. */
function plain(value: unknown): string {
  return canonical(value === '' ? null : value)
}
