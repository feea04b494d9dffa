import { expect, test } from 'vitest'
import type { Presence, Seen } from '../model'
import { awayPeople, ownAbsence } from './presence'

const T = Date.UTC(2026, 10, 21, 2, 0)
function presence(staff_id: string, over: Partial<Presence> = {}): Seen<Presence> {
  const body = { staff_id, store_id: 's', missed_ids: ['a', 'b'], offered_at: T, away_at: T, until: T + 9, ...over }
  return { id: staff_id, entity: 'presence', root: staff_id, version: 1, by: null, at: T, received_at: T, captured_at: T, pending: false, saved_at: null, body }
}

test('whoever let two offers pass is away until they are back or the day is over', () => {
  const rows = [presence('bo'), presence('chen', { away_at: null }), presence('wu', { store_id: 'other' }), presence('xia', { away_at: T - 5 })]
  expect(awayPeople(rows, ['s'], T).map(({ id }) => id)).toEqual(['xia', 'bo'])
  expect(awayPeople(rows, null, T)).toHaveLength(3)
  expect(awayPeople(rows, null, T + 9)).toEqual([])
  expect(ownAbsence(rows, 'bo', T)?.id).toBe('bo')
  expect(ownAbsence(rows, 'chen', T)).toBeUndefined()
})
