import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Store } from '../model'
import { hoursText, minuteText, openAt, opensAt, spansAt } from './hours'
import { learnRest } from '../words'

beforeAll(learnRest)

type Case = [at: number, open: boolean, until: string | null]
const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/hours.json', import.meta.url), 'utf8')) as { store: Store; cases: Case[] }[]

describe('this phone agrees with the server', () => {
  test.each(vectors.map(({ store, cases }, n) => ({ n, store, cases })))('on when store $n is open and until when', ({ store, cases }) => {
    const found = cases.map(([at]) => {
      const now = openAt(store, at)
      return [at, now.open, now.open && now.until_min !== null ? minuteText(now.until_min) : null]
    })
    expect(found).toEqual(cases)
  })
})

const always = { zone: 'Asia/Shanghai', hours: Array.from({ length: 7 }, () => [[0, 1440]]), closures: [], openings: {} } as unknown as Store
const noon = Date.UTC(2026, 10, 25, 4)

test('a store that never closes says so, and until when if a day of rest is near', () => {
  expect(hoursText(always, noon)).toBe('24 小时营业')
  expect(hoursText({ ...always, closures: ['2026-11-26'] }, noon)).toBe('营业到 24:00')
})

test('last night belongs to today only as far as it reaches', () => {
  const bar = { ...always, hours: Array.from({ length: 7 }, () => [[1200, 120]]) } as unknown as Store
  expect(spansAt(bar, noon)).toEqual([[0, 120], [1200, 1440]])
  expect(hoursText(bar, noon)).toBe('已打烊')
  expect(hoursText(bar, noon + 10 * 3_600_000)).toBe('营业到 02:00')
})

test('a closed store says when it opens, over days of rest too', () => {
  const shop = { ...always, hours: Array.from({ length: 7 }, () => [[600, 1320]]), closures: ['2026-11-26'] } as unknown as Store
  expect(opensAt(shop, noon)).toBeNull()
  expect(opensAt(shop, noon + 11 * 3_600_000 + 5_000)).toBe(Date.UTC(2026, 10, 27, 2))
  expect(opensAt({ ...always, hours: Array.from({ length: 7 }, () => []) } as unknown as Store, noon)).toBeNull()
})
