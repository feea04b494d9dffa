import type { AnyBody, Conflict, EntityName, Seen } from '../model'
import type { Draft } from '../phone/outbox'

/** Whose elements are added and removed, and what keeps its first value whatever comes later. */
const SETS = ['customer.tags']
const FIRST = ['customer.source', 'customer.store_id', 'contact.customer_id']

export interface Standing { value: unknown; by: string | null | undefined; may_restore: boolean }

/** What stands now, by the row itself: its conflict tells of the moment at which it arose. `by` undefined: who wrote it since is not known. */
export function standing({ entity, field, value_now, by_now, value_other, by_other }: Conflict, row: AnyBody | undefined): Standing {
  const value = row ? ((row as unknown as Record<string, unknown>)[field] ?? null) : value_now
  const by = isSame(value, value_now) ? by_now : isSame(value, value_other) ? by_other : undefined
  const stands = isSet(entity, field, value_other) ? value_other.every((one) => Array.isArray(value) && value.includes(one)) : isSame(value, value_other)
  return { value, by, may_restore: !stands && !FIRST.includes(`${entity}.${field}`) }
}

/** The other value put back: an ordinary patch that cites the conflict. */
export function restoring({ id, body: { row_id, entity, field, value_other } }: Seen<Conflict>, base: number): Draft {
  const value = isSet(entity, field, value_other) ? { add: value_other } : value_other
  return { entity: entity as EntityName, id: row_id, fields: { [field]: value }, base, cites: id }
}

/** What one has done to a set. */
export function setChange(before: readonly string[], after: readonly string[]): { add: string[]; remove: string[] } {
  return { add: after.filter((one) => !before.includes(one)), remove: before.filter((one) => !after.includes(one)) }
}

function isSet(entity: string, field: string, value: unknown): value is unknown[] {
  return SETS.includes(`${entity}.${field}`) && Array.isArray(value)
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
}
