import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Grade, Point } from '../model'
import { fromBd09, fromGcj02, isShifted, toBd09, toGcj02 } from './datum'
import { judge, metresBetween, type Evidence } from './grade'
import { bestOf, middleOf } from './locate'
import { linkTo, MAPS, pasted } from './maps'

type Pair = [lat: number, lng: number]
interface Vectors { datums: [string, boolean, Pair, Pair, Pair][]; grades: [Evidence, Grade, string[]][] }
const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/places.json', import.meta.url), 'utf8')) as Vectors
const point = ([lat, lng]: Pair): Point => ({ lat, lng })
const heartland = fc.record({ lat: fc.double({ min: 24.5, max: 39, noNaN: true }), lng: fc.double({ min: 104, max: 119, noNaN: true }) })
const SHANGHAI = { lat: 31.2304, lng: 121.4737 }

describe('a place in another datum', () => {
  it.each(vectors.datums)('is where the server says: %s', (_, shifted, wgs84, gcj02, bd09) => {
    expect(isShifted(point(wgs84))).toBe(shifted)
    expect(metresBetween(toGcj02(point(wgs84)), point(gcj02))).toBeLessThan(0.001)
    expect(metresBetween(toBd09(point(wgs84)), point(bd09))).toBeLessThan(0.001)
    expect(metresBetween(fromGcj02(point(gcj02)), point(wgs84))).toBeLessThan(0.001)
    expect(metresBetween(fromBd09(point(bd09)), point(wgs84))).toBeLessThan(0.001)
  })
  it('comes back from there', () => {
    fc.assert(fc.property(heartland, (here) => metresBetween(fromBd09(toBd09(here)), here) < 0.001 && metresBetween(fromGcj02(toGcj02(here)), here) < 0.001))
  })
})

it('the grade foretold is the one the server will give, for the same reasons', () => {
  const wrong = vectors.grades.filter(([evidence, grade, reasons]) => JSON.stringify(judge(evidence)) !== JSON.stringify({ grade, reasons }))
  expect(wrong).toEqual([])
  expect(vectors.grades.length).toBeGreaterThan(200)
})

describe('a link into a map', () => {
  it.each(MAPS)('says the place in the datum of %s', (map) => {
    const found = decodeURIComponent(linkTo(map, { name: '人民路店', point: SHANGHAI }).replaceAll('+', ' '))
    const numbers = (found.match(/\d+\.\d{6}/g) ?? []).map(Number)
    const expected = map === 'baidu' ? toBd09(SHANGHAI) : toGcj02(SHANGHAI)
    const [lat, lng] = map === 'amap' ? [numbers[1]!, numbers[0]!] : [numbers[0]!, numbers[1]!]
    expect(metresBetween({ lat, lng }, expected)).toBeLessThan(0.2)
    expect(found).toContain('人民路店')
  })
  it('finds words where there is no point', () => {
    for (const map of MAPS) expect(linkTo(map, { name: '云栖里 3 幢', point: null })).toMatch(/^https:\/\/.*(keyword|address|q)=%E4%BA%91/)
  })
})

it('a pair of numbers is read in either order, and nothing else is a place', () => {
  for (const text of ['121.4737,31.2304', '31.2304, 121.4737', ' 121.4737，31.2304 ', 'lng 121.4737 lat 31.2304']) expect(pasted(text)).toEqual(SHANGHAI)
  expect(pasted('-33.87 151.2')).toEqual({ lat: -33.87, lng: 151.2 })
  for (const text of ['', '31.2', '1,2,3', '95,190', '181.5,200.1', '人民路 5 号']) expect(pasted(text)).toBeNull()
})

describe('several readings', () => {
  const fix = (north_m: number, accuracy_m: number) => ({ lat: 31.23 + north_m / 111_195, lng: 121.47, accuracy_m, fix_at: 1, fix_source: 'gps' as const })
  it('give the best one, and of equals the newest', () => {
    const [old, fresh] = [fix(0, 20), fix(1, 20)]
    expect(bestOf([fix(0, 90), old, fresh])).toBe(fresh)
  })
  it('have a middle nearer to the better ones, never said to be better than the best of them', () => {
    const middle = middleOf([fix(0, 10), fix(30, 50), fix(900, 800)])!
    expect(metresBetween(middle, fix(0, 1))).toBeLessThan(2)
    expect([middle.fixes, middle.accuracy_m]).toEqual([2, 29])
    expect(middleOf([fix(0, 12), fix(1, 12)])!.accuracy_m).toBe(12)
  })
  it('have none where all are too coarse', () => {
    expect(middleOf([fix(0, 101)])).toBeNull()
    expect(middleOf([])).toBeNull()
  })
})
