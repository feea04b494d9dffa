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
  it('takes back what was booked while a time of one’s own is looked for', () => {
    const told = form.booked(form.booked(blank(), 99_000, START), null, START)
    expect([told.open, form.isAnswered(told, 'revisit'), told.revisit.at]).toEqual(['revisit', false, undefined])
  })
  it('keeps a reason with each letter, and moves on only when it is said', () => {
    const typing = form.parted(blank(), '搬去外', START, form.EVERYTHING, true)
    expect([typing.revisit.reason, typing.open]).toEqual(['搬去外', 'revisit'])
    expect(form.parted(typing, '搬去外地', START).open).toBe('mood')
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
    expect(form.factOf(complete(), { customer_id: 'c1', lead_id: null, ended_at: 5_000 })).toEqual({
      customer_id: 'c1', channel: 'phone', greeting: { result: 'no_answer' },
      needs: { result: 'skipped' }, proposal: { result: 'skipped' }, objection: { result: 'skipped' },
      revisit: { result: 'booked', at: 99_000, note: '下午再打' },
      mood: 'none', breakthrough: 'none', started_at: START, ended_at: 5_000,
    })
  })
  it('cites its lead and never ends before it began', () => {
    expect(form.factOf(complete(), { customer_id: 'c1', lead_id: 'l1', ended_at: 10 })).toMatchObject({ lead_id: 'l1', ended_at: START })
  })
  it('is not made from an unfinished form', () => {
    expect(() => form.factOf(blank(), { customer_id: 'c1', ended_at: 5_000 })).toThrow(RangeError)
  })
})

describe('a contact that a template asks about', () => {
  const musts = [{ id: 'q1', step: 'needs' as const }, { id: 'q2', step: 'objection' as const }]
  const wanted = { parts: form.PARTS.filter((part) => part !== 'mood' && part !== 'breakthrough'), musts }
  const pick = (told: form.Form, part: Exclude<form.Part, 'revisit'>) => form.answered(told, part, form.CHOICES[part][0], START, wanted)

  it('does not leave a step before what must be asked in it is answered', () => {
    let told = pick(pick(pick(blank(), 'channel'), 'greeting'), 'needs')
    expect(told.open).toBe('needs')
    told = pick(form.replied(told, 'q1', '三口人', START), 'needs')
    expect(told.open).toBe('proposal')
    told = form.booked(pick(pick(told, 'proposal'), 'objection'), 99_000, START, wanted)
    expect([told.open, form.missing(told, wanted), form.unasked(told, musts)]).toEqual(['objection', [], [musts[1]]])
    expect(() => form.factOf(told, { customer_id: 'c1', ended_at: 1 }, wanted)).toThrow('q2')
    expect(form.factOf(form.replied(told, 'q2', ' 怕有味道 ', START), { customer_id: 'c1', template_id: 't1', ended_at: 1 }, wanted)).toMatchObject({
      template_id: 't1', answers: { q1: '三口人', q2: '怕有味道' }, mood: 'none', breakthrough: 'none',
    })
  })
  it('goes on with the chip that a step had waited for, and stays while somebody writes', () => {
    const told = pick(pick(pick(blank(), 'channel'), 'greeting'), 'needs')
    expect(form.chosen(told, musts[0]!, '三口人', START, wanted).open).toBe('proposal')
    expect(form.replied(told, 'q1', '三', START).open).toBe('needs')
    expect(form.chosen(form.reopened(blank(), 'needs'), musts[0]!, '三口人', START, wanted).open).toBe('needs')
  })
  it('asks nothing of whoever was not reached, and keeps what was said before', () => {
    const before = form.replied(blank(), 'gone', '八月交房', START)
    const told = form.booked(form.answered(pick(before, 'channel'), 'greeting', 'no_answer', START, wanted), 99_000, START, wanted)
    expect([told.open, form.unasked(told, musts), form.isTouched(before)]).toEqual([null, [], true])
    expect(form.factOf(told, { customer_id: 'c1', ended_at: 1 }, wanted)).toMatchObject({ answers: { gone: '八月交房' } })
  })
})
