import { describe, expect, it } from 'vitest'
import type { PoolRules } from '../model'
import { draftOf, FIELDS, hasted, isWhole, wishOf } from './rules'

const RULES: PoolRules = { days: 20, tier_days: { A: 7 }, daily: 0, freeze_leave: false }

describe('the form of the thresholds', () => {
  it('says what the store says, and back', () => {
    const wish = wishOf(draftOf(RULES))
    expect(Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== null))).toEqual(RULES)
  })

  it('of no thresholds shows the defaults and wishes for them', () => {
    const draft = draftOf({})
    expect(FIELDS.map((field) => draft[field])).toEqual(['14', '2', '3', '5', '7', '300', '7'])
    expect(Object.values(wishOf(draft)).filter((value) => value !== null)).toEqual([])
  })

  it('is whole only where each number is one that counts', () => {
    const broken: [keyof ReturnType<typeof draftOf>, string][] = [['days', '0'], ['daily', '-1'], ['capacity', 'viele'], ['warning_days', '31']]
    expect(broken.map(([field, text]) => isWhole({ ...draftOf({}), [field]: text }))).toEqual([false, false, false, false])
    expect(isWhole({ ...draftOf({}), tier_days: { ...draftOf({}).tier_days, B: '366' } })).toBe(false)
    expect(isWhole({ ...draftOf({}), days: '' })).toBe(true)
  })

  it('lets nobody be warned on the day of the last contact', () => {
    expect(hasted(draftOf({}))).toBeNull()
    expect(hasted(draftOf({ days: 4 }))).toBe(4)
    expect(hasted(draftOf({ warning_days: 10 }))).toBe(14)
    expect(hasted(draftOf({ tier_days: { A: 5 } }))).toBe(5)
    expect(hasted(draftOf({ tier_days: { A: 6 } }))).toBeNull()
  })
})
