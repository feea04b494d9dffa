import { describe, expect, it } from 'vitest'
import { answered, booked, noted } from '../followups/form'
import type { Correction, FollowUp, Seen } from '../model'
import { DAY_MS } from '../words/format'
import { contactFields, formOf } from './contactForm'
import { changesReading, differing, lastSaid, mayCorrect } from './correcting'

const NOW = Date.UTC(2026, 10, 21, 6, 5)
const contact = {
  customer_id: 'zhao', lead_id: 'l', channel: 'phone', greeting: { result: 'met' }, needs: { result: 'clear', note: '三居' }, proposal: { result: 'skipped' },
  objection: { result: 'none' }, revisit: { result: 'booked', at: NOW + DAY_MS, note: '到店' }, mood: 'keen', breakthrough: 'none', started_at: 1, ended_at: 2,
} as FollowUp
const fact = (more: Partial<Seen<unknown>> = {}) => ({ entity: 'follow_up' as const, by: 'bo', received_at: NOW - DAY_MS + 1, ...more })

describe('who may put a fact right', () => {
  it('is its author for a day after the server had it, and before that', () => {
    const bo = { staff_id: 'bo', role: 'rep' as const }
    expect(mayCorrect(fact(), bo, NOW)).toBe(true)
    expect(mayCorrect(fact({ received_at: NOW - DAY_MS }), bo, NOW)).toBe(false)
    expect(mayCorrect(fact({ received_at: null }), bo, NOW)).toBe(true)
    expect(mayCorrect(fact({ by: 'chen' }), bo, NOW)).toBe(false)
  })
  it('is a manager at any time, for reports and nothing else', () => {
    const lin = { staff_id: 'lin', role: 'manager' as const }
    expect(mayCorrect(fact({ received_at: 0 }), lin, NOW)).toBe(true)
    expect(mayCorrect(fact({ entity: 'acceptance' }), lin, NOW)).toBe(false)
  })
})

describe('a contact told again', () => {
  it('begins as it was told, and untouched differs in nothing', () => {
    expect(differing(contact, contactFields(formOf('f', contact)))).toEqual({})
  })
  it('sends the parts that differ from what was first written, whole, and never an id or a time', () => {
    let form = formOf('f', contact)
    form = noted(answered(form, 'proposal', 'revise', NOW), 'needs', '四居', NOW)
    form = booked(form, NOW + 2 * DAY_MS, NOW)
    expect(differing(contact, contactFields(form))).toEqual({
      needs: { result: 'clear', note: '四居' }, proposal: { result: 'revise' }, revisit: { result: 'booked', at: NOW + 2 * DAY_MS, note: '到店' },
    })
  })
  it('says an earlier correction again, because the last one counts alone', () => {
    const read = { ...contact, mood: 'cold' } as FollowUp
    const again = answered(formOf('f', read), 'channel', 'wechat', NOW)
    expect(differing(contact, contactFields(again))).toEqual({ mood: 'cold', channel: 'wechat' })
  })
  it('is worth saving only when it would be read differently', () => {
    const read = { ...contact, mood: 'cold' } as FollowUp
    expect(changesReading(contact, read, { mood: 'cold' })).toBe(false)
    expect(changesReading(contact, read, {})).toBe(true)
  })
  it('comes back from void as it was last corrected', () => {
    const said = (id: string, at: number, fields: object, gone = false) => ({ id, at, body: { fact_id: 'f', fields, void: gone } }) as unknown as Seen<Correction>
    const all = [said('a', 1, { mood: 'cold' }), said('c', 3, {}, true), said('b', 2, { mood: 'keen' })]
    expect(lastSaid('f', all)).toEqual({ mood: 'keen' })
    expect(lastSaid('other', all)).toEqual({})
  })
  it('takes a text that was never written and an empty one for the same', () => {
    expect(differing({ lat: 1 }, { note: '' })).toEqual({})
  })
})
