import { describe, expect, it } from 'vitest'
import type { Collision, Ruling, Seen } from '../model'
import { endFor, mine, TOLD_MS, toRule } from './collisions'

const NOW = Date.UTC(2026, 10, 23, 2, 30)
const row = (id: string, body: Partial<Collision> = {}, at = NOW) =>
  ({ id, at, body: { store_ids: ['s'], head_ids: ['lin'], one: { staff_id: 'bo' }, other: { staff_id: 'chen' }, state: 'open', shares: null, ruled_at: null, ruled_by: null, ...body } }) as unknown as Seen<Collision>
const ids = (rows: Seen<Collision>[]) => rows.map(({ id }) => id)

describe('collisions', () => {
  it('are put before whoever rules, the oldest first, until they are ruled', () => {
    const rows = [row('late', {}, NOW + 1), row('early'), row('done', { state: 'one' })]
    expect(ids(toRule(rows, [], { staff_id: 'lin', role: 'manager', store_ids: [] }))).toEqual(['early', 'late'])
    expect(ids(toRule(rows, [], { staff_id: 'gao', role: 'manager', store_ids: ['s'] }))).toEqual(['early', 'late'])
    expect(ids(toRule(rows, [], { staff_id: 'bo', role: 'rep', store_ids: ['s'] }))).toEqual([])
  })
  it('tell the two how they ended, for two days', () => {
    const rows = [row('open', {}, NOW - 9 * TOLD_MS), row('fresh', { state: 'one' }), row('old', { state: 'one', ruled_at: NOW - TOLD_MS }), row('far', { one: { staff_id: 'wu' } as Collision['one'], other: { staff_id: 'xu' } as Collision['other'] })]
    expect(ids(mine(rows, 'bo', NOW))).toEqual(['fresh', 'open'])
  })
  it('say whose the customer is, to each of the two', () => {
    const { body } = row('a', { state: 'other' })
    expect([endFor(body, 'bo').end, endFor(body, 'chen').end]).toEqual(['theirs', 'yours'])
    const split = row('b', { state: 'split', shares: { bo: 30, chen: 70 } }).body
    expect(endFor(split, 'chen')).toEqual({ end: 'split', share: 70, rival_id: 'bo' })
  })
  it('ask no more once ruled on this phone', () => {
    const ruling = (pending: boolean) => ({ pending, body: { collision_id: 'a' } }) as unknown as Seen<Ruling>
    const lin = { staff_id: 'lin', role: 'manager', store_ids: [] }
    expect(ids(toRule([row('a')], [ruling(true)], lin))).toEqual([])
    expect(ids(toRule([row('a')], [ruling(false)], lin))).toEqual(['a'])
  })
})
