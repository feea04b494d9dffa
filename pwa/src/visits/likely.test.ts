import { describe, expect, it } from 'vitest'
import type { Seen, Visit } from '../model'
import { atHand, inOrder, likely } from './likely'

const NOW = 1_000_000_000
const TODAY = NOW - 5_000_000
const place = (id: string, lat: number | null, own = false) => ({ id, own, point: lat === null ? null : { lat, lng: 121 } })
const [a, b, own] = [place('a', 31), place('b', 32), place('own', 31.5, true)]
const at = (lat: number, age = 0) => ({ lat, lng: 121, accuracy_m: 20, fix_at: NOW - age, fix_source: 'gps' as const })
const visit = (store_id: string | null, when: number) => ({ at: when, body: { store_id } }) as Seen<Visit>

describe('the place that a check-in is taken to be at', () => {
  it('is the nearest one, whosever it is', () => {
    expect(likely([own, a, b], at(31.9), [], TODAY, NOW)).toBe('b')
  })
  it('is not told by a position of ten minutes ago, nor by places without a point', () => {
    expect(likely([own, a, b], at(31.9, 600_001), [], TODAY, NOW)).toBe('own')
    expect(likely([place('x', null), place('y', null)], at(31), [], TODAY, NOW)).toBeNull()
  })
  it('is without a position the last one of today, else the only one to work at', () => {
    const visits = [visit('a', TODAY + 1), visit('b', TODAY + 2), visit(null, TODAY + 3), visit('gone', TODAY + 4)]
    expect(likely([own, a, b], null, visits, TODAY, NOW)).toBe('b')
    expect(likely([own, a, b], null, [visit('b', TODAY - 1)], TODAY, NOW)).toBe('own')
    expect(likely([a], null, [], TODAY, NOW)).toBe('a')
  })
  it('is nobody\u2019s guess among several', () => {
    expect(likely([own, place('second', 31, true), a], null, [], TODAY, NOW)).toBeNull()
    expect(likely([a, b], null, [visit('a', TODAY - 1)], TODAY, NOW)).toBeNull()
    expect(likely([], null, [], TODAY, NOW)).toBeNull()
  })
})

describe('the places to choose from', () => {
  const ids = (places: { id: string }[]) => places.map(({ id }) => id)
  it('are one\u2019s own first, or the nearest first', () => {
    expect(ids(inOrder([a, b, own], null))).toEqual(['own', 'a', 'b'])
    expect(ids(inOrder([a, b, own], at(32)))).toEqual(['b', 'own', 'a'])
  })
  it('are at first one\u2019s own, the nearest and the chosen one; all for whoever has none', () => {
    expect(ids(atHand([own, a, b], null, null))).toEqual(['own'])
    expect(ids(atHand([own, a, b], null, 'b'))).toEqual(['own', 'b'])
    expect(ids(atHand([b, own, a], at(32), 'own'))).toEqual(['b', 'own'])
    expect(ids(atHand([a, b], null, null))).toEqual(['a', 'b'])
  })
})
