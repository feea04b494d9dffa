import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { learnClock } from '../phone/clock'
import { phoneDatabase } from '../phone/databases'
import { countFailure, forgive, waitLeft } from './pause'

const MINUTE_MS = 60_000
const YEAR_MS = 365 * 86_400_000
const START = Date.UTC(2026, 10, 21, 6, 5)
const BO = 'org-bo'

beforeEach(async () => {
  await phoneDatabase().settings.clear()
  await forgive(BO)
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: START })
})
afterEach(() => vi.useRealTimers())
const fail = async (times: number) => { for (let n = 0; n < times; n += 1) await countFailure(BO) }
/** The phone's clock alone: nothing has passed. */
const set = (at: number) => vi.setSystemTime(at)

it('five wrong ones make a minute, each further one twice as long, and the right one none', async () => {
  await fail(4)
  expect(await waitLeft(BO)).toBe(0)
  await fail(1)
  expect(await waitLeft(BO)).toBe(MINUTE_MS)
  await fail(2)
  expect(await waitLeft(BO)).toBe(4 * MINUTE_MS)
  await forgive(BO)
  expect(await waitLeft(BO)).toBe(0)
})
it.each([['put forward', YEAR_MS], ['put back', -YEAR_MS]])('a clock %s neither ends a pause nor makes it last', async (_, by) => {
  await fail(5)
  set(START + by)
  expect(await waitLeft(BO)).toBe(MINUTE_MS)
  vi.advanceTimersByTime(45_000)
  set(START - by)
  expect(await waitLeft(BO)).toBe(15_000)
  vi.advanceTimersByTime(15_000)
  expect(await waitLeft(BO)).toBe(0)
})
it('a pause of an older version, by a clock that was set since, runs from when somebody looks', async () => {
  await phoneDatabase().settings.put({ key: `failures:${BO}`, value: { count: 5, at: START + YEAR_MS } })
  expect(await waitLeft(BO)).toBe(MINUTE_MS)
  vi.advanceTimersByTime(MINUTE_MS)
  expect(await waitLeft(BO)).toBe(0)
})
it('what passed while the app was closed counts by the server’s time alone', async () => {
  learnClock(START, Date.now(), Date.now())
  await fail(8)
  vi.resetModules()
  const anew = await import('./pause')
  const clock = await import('../phone/clock')
  set(START + YEAR_MS)
  expect(await anew.waitLeft(BO)).toBe(8 * MINUTE_MS)
  clock.learnClock(START + 5 * MINUTE_MS, Date.now(), Date.now())
  set(START + 2 * YEAR_MS)
  expect(await anew.waitLeft(BO)).toBe(3 * MINUTE_MS)
})
