import { expect, test } from 'vitest'
import type { Customer, Seen } from '../model'
import { monthsBefore, overdue } from './retention'

const at = (text: string) => Date.parse(`${text}T08:00:00Z`)
const person = (id: string, body: Partial<Customer>) => ({ id, body: { created_at: at('2020-01-01'), ...body } }) as unknown as Seen<Customer>
const now = at('2026-11-27')

test('who has been silent for longer than was promised is proposed, the longest silent first', () => {
  const people = [
    person('later', { last_contact_at: at('2024-11-26') }), person('longest', {}), person('lately', { last_contact_at: at('2024-11-28') }),
    person('booked', { next_at: now + 1 }), person('waiting', { open_lead_id: 'l' }), person('new', { created_at: at('2026-01-01') }), person('came', {}),
  ]
  const came = new Map([['came', at('2026-05-01')]])
  expect(overdue(people, came, 24, now).map(({ id }) => id)).toEqual(['longest', 'later'])
  expect(overdue(people, came, 24 * 12, now)).toEqual([])
})

test('a month that is too short ends on its last day', () => {
  expect(monthsBefore(at('2026-03-31'), 1)).toBe(at('2026-02-28'))
  expect(monthsBefore(at('2026-11-27'), 24)).toBe(at('2024-11-27'))
})
