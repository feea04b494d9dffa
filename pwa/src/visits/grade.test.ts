import { describe, expect, it } from 'vitest'
import { byDistance, circleOf, gradeOf, metresBetween } from './grade'

const NOW = 1_000_000_000
const fix = (accuracy_m: number, age = 0) => ({ lat: 31.23, lng: 121.47, accuracy_m, fix_at: NOW - age })

describe('the grade of a visit', () => {
  it('is verified when surely inside the fence', () => {
    expect(gradeOf(70, fix(30), 100, NOW)).toBe('verified')
    expect(gradeOf(71, fix(30), 100, NOW)).toBe('plausible')
  })
  it('is uncertain only when surely outside, or when the fix proves little', () => {
    expect(gradeOf(160, fix(30), 100, NOW)).toBe('plausible')
    expect(gradeOf(161, fix(30), 100, NOW)).toBe('uncertain')
    expect(gradeOf(10, fix(501), 100, NOW)).toBe('uncertain')
    expect(gradeOf(10, fix(30, 601_000), 100, NOW)).toBe('uncertain')
  })
  it('is plausible where there is no place to compare with', () => {
    expect(gradeOf(null, fix(30), 100, NOW)).toBe('plausible')
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
