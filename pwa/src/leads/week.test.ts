import { describe, expect, it } from 'vitest'
import type { Correction, FollowUp, Seen } from '../model'
import { contactsSince, weekStart } from './week'

const ZONE = 'Asia/Shanghai'
const MONDAY = Date.parse('2026-11-23T00:00:00+08:00')
const told = (id: string, by: string, at: number, greeting: string, needs: string, more: Partial<FollowUp> = {}): Seen<FollowUp> => ({
  id, entity: 'follow_up', root: 'c', version: 1, by, at, received_at: at, captured_at: at, pending: false, saved_at: null,
  body: { greeting: { result: greeting }, needs: { result: needs }, proposal: { result: 'skipped' }, objection: { result: 'skipped' }, ...more } as FollowUp,
})

describe('a week of contacts', () => {
  it('begins on Monday at midnight, on the wall of the store', () => {
    for (const day of ['2026-11-23T00:00:00', '2026-11-26T21:30:00', '2026-11-29T23:59:00']) expect(weekStart(Date.parse(`${day}+08:00`), ZONE)).toBe(MONDAY)
    expect(weekStart(Date.parse('2026-11-22T23:59:00+08:00'), ZONE)).toBe(Date.parse('2026-11-16T00:00:00+08:00'))
  })
  it('counts what each person told, and what of it was effective', () => {
    const contacts = [
      told('a', 'bo', MONDAY, 'met', 'clear'), told('b', 'bo', MONDAY + 1, 'no_answer', 'skipped'), told('c', 'chen', MONDAY + 2, 'met', 'skipped'),
      told('last', 'bo', MONDAY - 1, 'met', 'clear'), told('void', 'chen', MONDAY + 3, 'met', 'clear', { void: true, corrected_by: 'k' }),
      told('put-right', 'chen', MONDAY + 4, 'no_answer', 'skipped', { corrected_by: 'x' }),
    ]
    const right = { ...told('x', 'chen', MONDAY + 5, 'met', 'clear'), body: { fact_id: 'put-right', fields: { greeting: { result: 'met' }, needs: { result: 'clear' } }, void: false } } as unknown as Seen<Correction>
    expect(contactsSince(MONDAY, contacts, [right])).toEqual([{ staff_id: 'bo', contacts: 2, effective: 1 }, { staff_id: 'chen', contacts: 2, effective: 1 }])
  })
})
