import { describe, expect, it } from 'vitest'
import { listedAt, listOf } from '../customers/dormant'
import { entriesOf, kept } from '../customers/search'
import type { Bodies, Seen } from '../model'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../words/format'
import { cardsOf, sectionOf, type Day } from './cards'

const NOW = Date.UTC(2026, 10, 21, 6, 5)
const BO = 'bo'

function customer(id: string, body: Partial<Bodies['customer']>): Seen<Bodies['customer']> {
  const whole = { owner_id: BO, holder_ids: [], tier: null, next_at: null, last_contact_at: NOW, created_at: NOW, ...body }
  return { id, entity: 'customer', root: id, version: 1, body: whole, pending: false, saved_at: null } as unknown as Seen<Bodies['customer']>
}
function lead(customer_id: string, body: Partial<Bodies['lead']>): Seen<Bodies['lead']> {
  return { id: `lead-${customer_id}`, root: customer_id, body: { customer_id, state: 'accepted', holder_id: BO, ...body } } as unknown as Seen<Bodies['lead']>
}
function day(customers: Seen<Bodies['customer']>[], more: Partial<Day> = {}): Day {
  return { customers, leads: [], contacts: [], staffId: BO, zone: 'Asia/Shanghai', ...more }
}
const names = (d: Day) => cardsOf(d, NOW).map(({ customer: { id }, section }) => `${section} ${id}`)

describe('the day', () => {
  it('puts appointments within the hour first, then overdue by tier and age, then today by hour', () => {
    const customers = [
      customer('evening', { next_at: NOW + 5 * HOUR_MS }),
      customer('noon', { next_at: NOW + 2 * HOUR_MS }),
      customer('late-c', { next_at: NOW - 9 * HOUR_MS, tier: 'C' }),
      customer('late-a', { next_at: NOW - HOUR_MS, tier: 'A' }),
      customer('later-a', { next_at: NOW - 2 * HOUR_MS, tier: 'A' }),
      customer('ungraded', { next_at: NOW - HOUR_MS }),
      customer('soon', { next_at: NOW + 30 * MINUTE_MS }),
      customer('next week', { next_at: NOW + 7 * DAY_MS }),
    ]
    expect(names(day(customers))).toEqual([
      'soon soon', 'overdue later-a', 'overdue late-a', 'overdue ungraded', 'overdue late-c', 'due noon', 'due evening',
    ])
  })
  it('leaves out whoever took back their consent, but for who came again since', () => {
    const withdrawn = { withdrawn: { service: NOW - DAY_MS }, next_at: NOW - HOUR_MS }
    const both = day([customer('gone', withdrawn), customer('back', withdrawn)], { leads: [lead('back', { first_follow_up_due_at: NOW - HOUR_MS })] })
    expect(names(both)).toEqual(['overdue back'])
  })
  it('makes one card of a customer with two reasons, the most pressing first', () => {
    const both = day([customer('zhao', { next_at: NOW + 30 * MINUTE_MS, next_kind: 'revisit' })], {
      leads: [lead('zhao', { first_follow_up_due_at: NOW - HOUR_MS })],
    })
    const [card, ...others] = cardsOf(both, NOW)
    expect(others).toEqual([])
    expect(card?.section).toBe('overdue')
    expect(card?.reasons.map(({ why }) => why)).toEqual(['first', 'revisit'])
  })
  it('asks for the next contact when the tier says so, unless the customer is to be met before', () => {
    const met = { state: 'contacted' as const, next_due_at: NOW - HOUR_MS }
    const cards = cardsOf(day([customer('zhao', {}), customer('sun', { next_at: NOW - 2 * HOUR_MS }), customer('wang', {})], {
      leads: [lead('zhao', met), lead('sun', met), lead('wang', { ...met, holder_id: 'chen' })],
    }), NOW)
    expect(cards.map(({ customer: { id }, reasons }) => [id, reasons.map(({ why }) => why)])).toEqual([['sun', ['appointment']], ['zhao', ['cadence']]])
  })
  it('asks for the next touch of an opportunity, unless a lead is open again or somebody else owns it', () => {
    const due = { opportunity_due_at: NOW - HOUR_MS }
    const customers = [customer('zhao', due), customer('sun', { ...due, open_lead_id: 'l' }), customer('wang', { ...due, owner_id: 'chen' })]
    expect(cardsOf(day(customers), NOW).map(({ customer: { id }, reasons: [{ why }] }) => [id, why])).toEqual([['zhao', 'cadence']])
  })
  it('shows whom this person holds, and nobody of a colleague', () => {
    const customers = [
      customer('held', { owner_id: 'chen', holder_ids: [BO], next_at: NOW - 1 }),
      customer('chens', { owner_id: 'chen', next_at: NOW - 1 }),
    ]
    expect(names(day(customers))).toEqual(['overdue held'])
  })
  it('believes a contact that is still on this phone', () => {
    const contact = { customer_id: 'zhao', ended_at: NOW, revisit: { result: 'booked', at: NOW + 3 * DAY_MS } }
    const contacts = [contact] as unknown as Bodies['follow_up'][]
    expect(names(day([customer('zhao', { next_at: NOW - HOUR_MS })], { contacts }))).toEqual([])
  })
  it('lists as dormant whom this week’s list has, as its own page and the search do', () => {
    const monday = listedAt(NOW, 'Asia/Shanghai')
    const long = { last_contact_at: monday - 7 * DAY_MS }
    const customers = [
      customer('quiet', { ...long, marketing: true }),
      customer('declined', { ...long, marketing: false }),
      customer('since Monday', { last_contact_at: monday - 7 * DAY_MS + 1, marketing: true }),
      customer('chens', { ...long, marketing: true, owner_id: 'chen', holder_ids: [BO] }),
      customer('booked', { ...long, marketing: true, next_at: NOW + 2 * DAY_MS }),
    ]
    const listed = listOf(customers, BO, monday).map(({ id }) => id)
    expect(listed).toEqual(['quiet'])
    expect(sectionOf(cardsOf(day(customers), NOW), 'dormant').map((card) => card.customer.id)).toEqual(listed)
    expect(kept(entriesOf(customers), new Set(['mine', 'dormant'] as const), BO, NOW, 'Asia/Shanghai').map((entry) => entry.customer.id)).toEqual(listed)
  })
})
