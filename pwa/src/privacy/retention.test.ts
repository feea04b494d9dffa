import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import type { Customer, Lead, Seen } from '../model'
import { isOverdue, monthsBefore, movedAt, overdue, touchedOf } from './retention'

interface Vectors {
  months: [now: number, months: number, before: number][]; leads: [lead: Partial<Lead>, began: number, moved: number][]
  customers: [customer: Partial<Customer>, touched: number, months: number, now: number, over: boolean][]
}
const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/retention.json', import.meta.url), 'utf8')) as Vectors
const at = (text: string) => Date.parse(`${text}T08:00:00Z`)
const person = (id: string, body: Partial<Customer>) => ({ id, body: { created_at: at('2020-01-01'), ...body } }) as unknown as Seen<Customer>
const now = at('2026-11-27')

describe('this phone agrees with the server', () => {
  it.each(vectors.months)('on %d less %d months', (now, months, before) => expect(monthsBefore(now, months)).toBe(before))
  it.each(vectors.leads)('on when %j moved', (lead, began, moved) => expect(movedAt(lead, began)).toBe(moved))
  it.each(vectors.customers)('on whether %j is over', (customer, touched, months, now, over) => expect(isOverdue(customer, touched, months, now)).toBe(over))
})

test('who has been silent for longer than was promised is proposed, the longest silent first', () => {
  const people = [
    person('later', { last_contact_at: at('2024-11-26') }), person('longest', {}), person('lately', { last_contact_at: at('2024-11-28') }),
    person('booked', { next_at: now + 1 }), person('waiting', { open_lead_id: 'l' }), person('stuck', { open_lead_id: 'm' }), person('new', { created_at: at('2026-01-01') }), person('came', {}),
  ]
  const lead = (root: string, accepted_at: number, state: Lead['state'] = 'accepted') => ({ root, at: at('2021-01-01'), body: { state, accepted_at } })
  const touched = touchedOf([{ root: 'came', at: at('2026-05-01') }], [lead('waiting', at('2025-01-01')), lead('stuck', at('2022-01-01')), lead('longest', now, 'closed')])
  expect(overdue(people, touched, 24, now).map(({ id }) => id)).toEqual(['longest', 'stuck', 'later'])
  expect(overdue(people, touched, 24 * 12, now)).toEqual([])
})
