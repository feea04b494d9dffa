import { beforeEach, expect, it } from 'vitest'
import { beneath } from '../phone/databases'
import { applyFrame } from '../phone/frames'
import { keep } from '../phone/outbox'
import { newPhone, row, type Stage } from '../phone/stage'
import { readOf, type Read } from './day'

const NOON = Date.UTC(2026, 10, 26, 4)
const NIGHT = NOON + 12 * 3_600_000
let stage: Stage

beforeEach(async () => {
  stage = await newPhone()
  const [mine, due] = [{ owner_id: stage.who.staff_id }, { next_at: NOON }]
  const lead = (more: object) => ({ holder_id: stage.who.staff_id, ...more })
  const offer = { to_id: stage.who.staff_id, offered_at: NOON }
  await applyFrame(await beneath(stage.cache), { s: ['staff:me'], rows: [
    row('customer', 'due', 1, { ...mine, ...due }), row('customer', 'held', 2, { owner_id: 'chen', holder_ids: [stage.who.staff_id], ...due }),
    row('customer', 'opportunity', 3, { ...mine, opportunity_due_at: NOON }), row('customer', 'met', 4, mine), row('customer', 'received', 5, mine),
    row('customer', 'idle', 6, mine), row('customer', 'next year', 7, { ...mine, next_at: NIGHT + 1 }), row('customer', 'of chen', 8, { owner_id: 'chen', ...due }),
    row('lead', 'contacted', 9, lead({ state: 'contacted', next_due_at: NOON }), [0], 'met'),
    row('lead', 'accepted', 10, lead({ state: 'accepted', first_follow_up_due_at: NOON }), [0], 'received'),
    row('lead', 'closed', 11, lead({ state: 'closed', next_due_at: NOON }), [0], 'idle'),
    row('offer', 'open', 12, { ...offer, state: 'open' }, [0], 'guest'), row('offer', 'missed', 13, { ...offer, state: 'missed' }, [0], 'idle'),
  ] })
})

it('shows what is due, found by an index, and then everything', async () => {
  const [first, whole] = await spoken(2)
  expect(idsOf(first!)).toEqual({ customers: ['due', 'held', 'met', 'opportunity', 'received'], leads: ['accepted', 'contacted'], offers: ['open'], whole: false })
  expect(whole!.whole).toBe(true)
  expect([whole!.customers.length, whole!.leads.length, whole!.offers.length]).toEqual([8, 3, 2])
})

it('lays over it what waits on this phone, for customers who were not due as well', async () => {
  const [org, staff] = [stage.who.org.id, stage.who.staff_id]
  const contact = (customer_id: string, at: number) => ({ customer_id, greeting: { result: 'met' }, revisit: { result: 'booked', at }, ended_at: NOON })
  await keep(org, staff, [{ entity: 'follow_up', id: 'f-1', fields: contact('idle', NOON) }], [], NOON)
  await keep(org, staff, [{ entity: 'follow_up', id: 'f-2', fields: contact('due', NIGHT + 9) }], [], NOON)
  const [first] = await spoken(1)
  const next = Object.fromEntries(first!.customers.map(({ id, body }) => [id, body.next_at]))
  expect(next).toMatchObject({ idle: NOON, due: NIGHT + 9 })
})

it('waits for everything where nothing is due', async () => {
  stage = await newPhone()
  const [first] = await spoken(1)
  expect(first).toEqual({ customers: [], leads: [], offers: [], whole: true })
})

function spoken(count: number): Promise<Read[]> {
  return new Promise((resolve) => {
    const heard: Read[] = []
    const listening = readOf(NIGHT).subscribe((read: Read) => {
      heard.push(read)
      if (heard.length < count) return
      listening.unsubscribe()
      resolve(heard)
    })
  })
}

function idsOf({ whole, ...lists }: Read) {
  return { ...Object.fromEntries(Object.entries(lists).map(([name, rows]) => [name, rows.map(({ id }) => id).sort()])), whole }
}
