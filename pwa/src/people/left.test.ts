import { beforeAll, expect, test } from 'vitest'
import type { Bodies, LeftBehind, Seen } from '../model'
import { learnRest } from '../words'
import { leftBehind, leftBehindText } from './left'

beforeAll(learnRest)

function notice(id: string, over: Partial<LeftBehind> = {}): Seen<Bodies['notice']> {
  const body: LeftBehind = { kind: 'left_behind', to_id: 'lin', staff_id: 'chen', name: '陈晨', at: 1, ended_at: null, customers: 12, leads: 3, ...over }
  return { id, entity: 'notice', root: id, version: 1, by: null, at: 0, received_at: 0, captured_at: 0, pending: false, saved_at: null, body }
}

test('what leavers left stays with whoever is to hand it over, until that is done', () => {
  const rows = [notice('a'), notice('b', { at: 2, staff_id: 'wu' }), notice('c', { ended_at: 3 }), notice('d', { to_id: 'qiao' })]
  expect(leftBehind(rows, 'lin').map(({ id }) => id)).toEqual(['b', 'a'])
})

test('it says how much, and of nothing nothing', () => {
  expect(leftBehindText('陈晨', { customers: 12, leads: 3 })).toBe('陈晨已离职，还有 12 位客户、3 条线索没有交接')
  expect(leftBehindText('陈晨', { customers: 0, leads: 3 })).toBe('陈晨已离职，还有 3 条线索没有交接')
})
