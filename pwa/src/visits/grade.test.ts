import { describe, expect, it } from 'vitest'
import { toGcj02 } from './datum'
import type { Visit } from '../model'
import { byDistance, circleOf, foretell, foretellOf, metresBetween } from './grade'

const NOW = 1_000_000_000
const STORE = { lat: 31.2304, lng: 121.4737 }
const fix = (accuracy_m: number, age = 0, at = STORE) => ({ ...at, accuracy_m, fix_at: NOW - age, fix_source: 'gps' as const })

describe('what a phone says of a check-in beforehand', () => {
  it('is the distance, the grade and why', () => {
    expect(foretell(fix(30), STORE, 100, null, NOW)).toEqual({ distance_m: 0, grade: 'verified', reasons: ['inside'] })
    expect(foretell(fix(30, 601_000), STORE, 100, null, NOW)).toMatchObject({ grade: 'uncertain', reasons: ['stale'] })
    expect(foretell(fix(30), null, 100, null, NOW)).toEqual({ distance_m: null, grade: 'plausible', reasons: ['no_place'] })
  })
  it('counts the code on the wall, with and without a position', () => {
    expect(foretell(null, STORE, 100, null, NOW)).toMatchObject({ grade: 'uncertain', reasons: ['no_fix'] })
    expect(foretell(null, STORE, 100, true, NOW)).toMatchObject({ grade: 'plausible', reasons: ['no_fix', 'wall_code'] })
    expect(foretell(fix(90), STORE, 80, true, NOW)).toMatchObject({ grade: 'verified', reasons: ['edge', 'wall_code'] })
  })
  it('notices a position that a browser gave in the datum of maps', () => {
    expect(foretell(fix(30, 0, toGcj02(STORE)), STORE, 200, null, NOW)).toMatchObject({ grade: 'plausible', reasons: ['other_datum'] })
  })
})

describe('what a phone says of a check-in that waits to be sent', () => {
  const STORED = { point: STORE, fence_m: 100 }
  it('is what it said beforehand, by the time at which it was saved', () => {
    const body = { ...fix(30), wall_code: 'xinju-abcde' } as unknown as Visit
    expect(foretellOf(body, STORED, NOW)).toEqual(foretell(fix(30), STORE, 100, true, NOW))
    expect(foretellOf(fix(30) as unknown as Visit, STORED, NOW + 601_000)).toMatchObject({ grade: 'uncertain', reasons: ['stale'] })
  })
  it('does without a position, and without a place', () => {
    expect(foretellOf({ fix_source: 'denied' } as Visit, STORED, NOW)).toEqual({ grade: 'uncertain', reasons: ['no_fix'], distance_m: null })
    expect(foretellOf(fix(30) as unknown as Visit, undefined, NOW)).toMatchObject({ grade: 'plausible', reasons: ['no_place'] })
  })
})

describe('distances', () => {
  it('are those of the ground', () => {
    const metres = metresBetween({ lat: 31.2304, lng: 121.4737 }, { lat: 31.2397, lng: 121.4998 })
    expect(metres).toBeGreaterThan(2680)
    expect(metres).toBeLessThan(2700)
  })
  it('put the nearest place first and places without a point last', () => {
    const here = { lat: 31.23, lng: 121.47 }
    const places = [{ n: 'none', point: null }, { n: 'far', point: { lat: 31.3, lng: 121.47 } }, { n: 'near', point: here }]
    expect(byDistance(places, here).map(({ place }) => place.n)).toEqual(['near', 'far', 'none'])
  })
  it('fit the picture however far away', () => {
    const { away, doubt } = circleOf(900, 60, 200, 200)
    expect(away + doubt).toBeLessThanOrEqual(100)
  })
})
