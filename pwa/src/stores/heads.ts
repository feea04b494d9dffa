/** Who answers for a store, who could, and whether its manager is there. Pure. */

import type { Role, Seen, Staff, Store } from '../model'

export const HEADS = ['manager_id', 'deputy_id', 'area_id'] as const
export type HeadField = (typeof HEADS)[number]
export type Heads = Record<HeadField, string | null>

/** As the server judges it. */
const ROLES: Record<HeadField, Role[]> = { manager_id: ['manager', 'area'], deputy_id: ['rep', 'manager'], area_id: ['area', 'admin'] }

/** Nobody names those above them or themselves. */
export function mayName(role: Role, field: HeadField): boolean {
  return role === 'admin' || (role === 'area' && field !== 'area_id')
}

/** Who could be named, and whoever is: they may be away or gone. */
export function couldBe(field: HeadField, store_id: string, heads: Heads, staff: Seen<Staff>[]): Seen<Staff>[] {
  const others = HEADS.filter((each) => each !== field).map((each) => heads[each])
  return staff.filter(({ id, body }) => id === heads[field] || (body.state === 'active' && !others.includes(id) && ROLES[field].includes(body.role) && (body.role === 'admin' || body.store_ids.includes(store_id))))
}

export function changesOf(heads: Heads, held: Heads): Partial<Heads> {
  return Object.fromEntries(HEADS.filter((field) => heads[field] !== held[field]).map((field) => [field, heads[field]]))
}

export type Trouble = 'none' | 'left' | 'away'

/** Why nobody comes first where a store has to answer; null while its manager is there. */
export function managerTrouble(store: Pick<Store, 'manager_id'>, staff: Seen<Staff>[]): Trouble | null {
  const manager = staff.find(({ id }) => id === store.manager_id)?.body
  if (!manager) return 'none'
  return manager.state === 'active' ? null : manager.state === 'left' ? 'left' : 'away'
}

/** Who an escalation goes to meanwhile; nobody named is an admin. */
export function nextUp(store: Pick<Store, HeadField>, staff: Seen<Staff>[]): string | null {
  const there = new Set(staff.filter(({ body }) => body.state === 'active').map(({ id }) => id))
  return [store.deputy_id, store.area_id].find((id) => id !== null && there.has(id)) ?? null
}
