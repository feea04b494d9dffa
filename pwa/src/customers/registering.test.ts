import { beforeEach, expect, test } from 'vitest'
import type { Store } from '../model'
import { newPhone } from '../phone/stage'
import { blankRegistration, type Registration } from './registration'
import { begunBefore, dropBegun, isBegun, keepBegun, lapsesAt } from './registering'

const ZONE = 'Asia/Shanghai'
const HOUR_MS = 3_600_000
const evening = Date.UTC(2026, 10, 25, 13)
const midnight = Date.UTC(2026, 10, 25, 16)
const storeOpen = (from: number, to: number) => ({ zone: ZONE, hours: Array.from({ length: 7 }, () => [[from, to]]) }) as unknown as Store
const told = (more: Partial<Registration>): Registration => ({ ...blankRegistration(new URLSearchParams()), ...more })

beforeEach(async () => {
  localStorage.clear()
  await newPhone()
})

test('a registration left in the middle is offered again until the day of the store ends', async () => {
  await keepBegun('a', told({ name: '孙先生' }), 's1', midnight)
  await keepBegun('b', told({ phone: '138' }), 's1', midnight)
  await dropBegun('b')
  expect((await begunBefore(evening)).map(({ id, form }) => [id, form.name])).toEqual([['a', '孙先生']])
  expect(await begunBefore(midnight)).toEqual([])
  expect(await begunBefore(evening)).toEqual([])
})

test('the day of a store ends at midnight, or later with the night that is under way', () => {
  expect(lapsesAt(undefined, evening, ZONE)).toBe(midnight)
  expect(lapsesAt(storeOpen(600, 1320), evening, ZONE)).toBe(midnight)
  expect(lapsesAt(storeOpen(600, 120), evening, ZONE)).toBe(midnight + 2 * HOUR_MS)
  expect(lapsesAt(storeOpen(600, 120), midnight + HOUR_MS, ZONE)).toBe(midnight + 24 * HOUR_MS)
  expect(lapsesAt(storeOpen(0, 1440), evening, ZONE)).toBe(midnight)
})

test('a page opened with a number and left as it was is nothing to keep', () => {
  const opened = told({ phone: '13800138000' })
  expect(isBegun({ ...opened }, opened)).toBe(false)
  expect(isBegun({ ...opened, name: '孙' }, opened)).toBe(true)
  expect(isBegun(told({ service: true }), told({}))).toBe(false)
})
