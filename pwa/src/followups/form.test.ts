import { describe, expect, it } from 'vitest'
import * as form from './form'

const START = 1_000
const blank = () => form.blankForm('f1', START)

describe('a follow-up being told', () => {
  it('opens the next step with every chip and is complete in eight taps', () => {
    let told = blank()
    for (const part of ['channel', 'greeting', 'needs', 'proposal', 'objection'] as const) {
      expect(told.open).toBe(part)
      told = form.answered(told, part, form.CHOICES[part][0], START)
    }
    told = form.booked(told, 99_000, START)
    told = form.answered(told, 'mood', 'keen', START)
    told = form.answered(told, 'breakthrough', 'none', START)
    expect(form.missing(told)).toEqual([])
    expect(told.open).toBeNull()
  })
  it('fills the middle steps when nobody answered, and asks for the next time', () => {
    const told = form.answered(form.answered(blank(), 'channel', 'phone', START), 'greeting', 'no_answer', START)
    expect(told.answers).toMatchObject({ needs: 'skipped', proposal: 'skipped', objection: 'skipped' })
    expect(told.open).toBe('revisit')
    expect(form.missing(told)).toEqual(['revisit'])
  })
  it('goes back to what was left out after the last part', () => {
    const told = form.answered(blank(), 'breakthrough', 'price', START)
    expect(told.open).toBe('channel')
  })
  it('wants a reason before nobody calls again', () => {
    const told = form.parted(blank(), '', START)
    expect(told.open).toBe('revisit')
    expect(form.isAnswered(told, 'revisit')).toBe(false)
    expect(form.isAnswered(form.parted(told, 'bought', START), 'revisit')).toBe(true)
  })
  it('puts a phrase after what was written', () => {
    expect(form.withPhrase('', '要白橡木')).toBe('要白橡木')
    expect(form.withPhrase('预算 8 万', '要白橡木')).toBe('预算 8 万，要白橡木')
    expect(form.withPhrase('预算 8 万。', '要白橡木')).toBe('预算 8 万。要白橡木')
  })
})

describe('the fact of a follow-up', () => {
  function complete() {
    let told = form.answered(form.answered(blank(), 'channel', 'phone', START), 'greeting', 'no_answer', START)
    told = form.noted(told, 'revisit', ' 下午再打 ', START)
    return form.booked(told, 99_000, START)
  }
  it('carries only what was said', () => {
    expect(form.factOf(complete(), 'c1', null, 5_000)).toEqual({
      customer_id: 'c1', channel: 'phone', greeting: { result: 'no_answer' },
      needs: { result: 'skipped' }, proposal: { result: 'skipped' }, objection: { result: 'skipped' },
      revisit: { result: 'booked', at: 99_000, note: '下午再打' },
      mood: 'none', breakthrough: 'none', started_at: START, ended_at: 5_000,
    })
  })
  it('cites its lead and never ends before it began', () => {
    expect(form.factOf(complete(), 'c1', 'l1', 10)).toMatchObject({ lead_id: 'l1', ended_at: START })
  })
  it('is not made from an unfinished form', () => {
    expect(() => form.factOf(blank(), 'c1', null, 5_000)).toThrow(RangeError)
  })
})
