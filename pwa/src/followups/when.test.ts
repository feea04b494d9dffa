import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../words/format'
import { blankForm, factOf, type Form } from './form'
import { learnRest } from '../words'
import { isPast, lagOf, lagText, startOf, whenOf } from './when'

const ZONE = 'Asia/Shanghai'
const NOON = Date.UTC(2026, 10, 26, 4)
const ONE = Date.UTC(2026, 10, 25, 17)
const told: Form = {
  ...blankForm('f', NOON - MINUTE_MS), answers: { channel: 'phone', greeting: 'met', needs: 'clear', proposal: 'skipped', objection: 'skipped', mood: 'none', breakthrough: 'none' },
  revisit: { result: 'booked', at: NOON + DAY_MS },
}

describe('when a contact was', () => {
  it('is now until somebody says otherwise, and then costs nothing in the fact', () => {
    expect(startOf('now', NOON, ZONE)).toBeNull()
    const fact = factOf(told, { customer_id: 'c', lead_id: null, ended_at: NOON })
    expect(fact).toMatchObject({ started_at: NOON - MINUTE_MS, ended_at: NOON })
    expect(fact).not.toHaveProperty('lag_s')
  })
  it('earlier today is today, and yesterday is the day before', () => {
    expect(startOf('earlier', NOON, ZONE)).toBe(NOON - 2 * HOUR_MS)
    expect(startOf('earlier', ONE, ZONE)).toBe(ONE - HOUR_MS)
    expect([NOON - HOUR_MS, NOON - DAY_MS, null].map((at) => whenOf(at, NOON, ZONE))).toEqual(['earlier', 'yesterday', 'now'])
  })
  it('is what the fact begins and ends with, by how long before it was told', () => {
    const fact = factOf({ ...told, was_at: NOON - 3 * HOUR_MS }, { customer_id: 'c', lead_id: null, ended_at: NOON })
    expect(fact).toMatchObject({ started_at: NOON - 3 * HOUR_MS, ended_at: NOON - 3 * HOUR_MS, lag_s: 3 * 3600 })
  })
  it('is called told later from two hours on', async () => {
    await learnRest()
    expect([{}, { lag_s: 7200 }, { lag_s: 3 * 3600 }].map(lagText)).toEqual(['', '', '补记 · 晚了 3 小时'])
  })
  it('is never in the future nor older than a month', () => {
    expect([NOON + 1, NOON, NOON - 30 * DAY_MS, NOON - 31 * DAY_MS, null].map((at) => isPast(at, NOON))).toEqual([false, true, true, false, false])
    expect([lagOf(NOON + 1, NOON), lagOf(null, NOON), lagOf(NOON - 90 * DAY_MS, NOON)]).toEqual([0, 0, 30 * 24 * 3600])
  })
})
