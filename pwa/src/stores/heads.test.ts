import { expect, test } from 'vitest'
import type { Role, Seen, Staff } from '../model'
import { changesOf, couldBe, managerTrouble, mayName, nextUp, type Heads } from './heads'

function person(id: string, role: Role, state: Staff['state'] = 'active', store_ids = ['s']): Seen<Staff> {
  return { id, entity: 'staff', root: id, version: 1, by: null, at: 0, received_at: 0, captured_at: 0, pending: false, saved_at: null, body: { name: id, role, store_ids, accepts_leads: true, state } }
}
const heads: Heads = { manager_id: 'lin', deputy_id: null, area_id: 'qiao' }
const staff = [person('lin', 'manager'), person('qiao', 'area'), person('bo', 'rep'), person('chen', 'rep', 'leave'), person('wu', 'rep', 'active', ['other']), person('hua', 'admin', 'active', []), person('xia', 'clerk')]
const could = (field: keyof Heads, wanted = heads) => couldBe(field, 's', wanted, staff).map(({ id }) => id)

test('only who is at work there in a fitting role can be named, and whoever is named already', () => {
  expect(could('deputy_id')).toEqual(['bo'])
  expect(could('deputy_id', { ...heads, deputy_id: 'chen' })).toEqual(['bo', 'chen'])
  expect(could('manager_id')).toEqual(['lin'])
  expect(could('area_id')).toEqual(['qiao', 'hua'])
})

test('nobody names those above them', () => {
  expect([mayName('admin', 'area_id'), mayName('area', 'area_id'), mayName('area', 'manager_id'), mayName('manager', 'deputy_id')]).toEqual([true, false, true, false])
})

test('only what becomes other is sent', () => {
  expect(changesOf({ ...heads, deputy_id: 'bo' }, heads)).toEqual({ deputy_id: 'bo' })
  expect(changesOf(heads, heads)).toEqual({})
})

test('a store whose manager is not there says so, and who answers meanwhile', () => {
  const others = staff.filter(({ id }) => id !== 'lin')
  expect(managerTrouble(heads, staff)).toBeNull()
  expect(managerTrouble(heads, [...others, person('lin', 'manager', 'travel')])).toBe('away')
  expect(managerTrouble(heads, [...others, person('lin', 'manager', 'left')])).toBe('left')
  expect(managerTrouble({ manager_id: null }, staff)).toBe('none')
  expect([nextUp({ ...heads, deputy_id: 'chen' }, staff), nextUp({ ...heads, area_id: null }, staff)]).toEqual(['qiao', null])
})
