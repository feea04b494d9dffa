import { describe, expect, it } from 'vitest'
import type { Rules, Seen, Staff } from '../model'
import { draftOf, isSound, isWhole, monthBefore, takers, wishOf } from './rules'

const RULES: Rules = {
  open_cap: 20, people: { bo: { weight: 3, day_cap: 4 } }, seniors: ['chen'], senior_tiers: ['A'], needs: [{ skill: '橱柜', tiers: ['A'] }], personal_wait_min: 5,
}
const person = (id: string, more: Partial<Staff> = {}) =>
  ({ id, body: { name: id, role: 'rep', store_ids: ['s'], accepts_leads: true, state: 'active', ...more } }) as Seen<Staff>

describe('the form of the rules', () => {
  it('says what the rules say, and back', () => {
    const wish = wishOf(draftOf(RULES, ['bo', 'chen']))
    expect(Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== null))).toEqual(RULES)
  })

  it('of no rules wishes for the defaults alone', () => {
    expect(Object.values(wishOf(draftOf({}, ['bo'])))).toEqual(Array(9).fill(null))
  })

  it('keeps a share of nothing, which is not the default', () => {
    const draft = draftOf({}, ['bo'])
    draft.people.bo!.weight = '0'
    expect(wishOf(draft).people).toEqual({ bo: { weight: 0 } })
  })

  it('forgets whoever is not listed any more', () => {
    const wish = wishOf(draftOf({ people: { gone: { weight: 2 } }, seniors: ['gone'] }, ['bo']))
    expect([wish.people, wish.seniors]).toEqual([null, null])
  })

  it('tells a number from what is none', () => {
    expect(['', '1', ' 20 ', '0', '1001', 'viele', '1.5', '-1'].map((text) => isSound('open_cap', text))).toEqual([true, true, true, false, false, false, false, false])
    const draft = draftOf({}, ['bo'])
    expect(isWhole(draft)).toBe(true)
    draft.people.bo!.day_cap = '0'
    expect(isWhole(draft)).toBe(false)
  })
})

it('lists those of the store who take leads', () => {
  const staff = [person('lin', { accepts_leads: false }), person('chen'), person('bo'), person('wu', { store_ids: ['t'] }), person('gu', { state: 'left' }), person('he', { state: 'leave' })]
  expect(takers(staff, 's').map(({ id }) => id)).toEqual(['bo', 'chen', 'he'])
})

it('knows the month before', () => {
  expect([monthBefore('2026-11'), monthBefore('2026-01')]).toEqual(['2026-10', '2025-12'])
})
