import { describe, expect, test } from 'vitest'
import type { AnyBody, EntityName, Lead, Seen, Store } from '../model'
import { historyOf } from './history'
import { openAt } from './hours'
import { knownNow } from './knowing'
import { shouldRing } from './sound'
import { leadName } from './told'
import { expected, whole } from './whole'

function row<B>(entity: EntityName, id: string, body: object, over: Partial<Seen<B>> = {}): Seen<B> {
  return { id, entity, root: 'c', version: 1, by: null, at: 0, received_at: 0, captured_at: 0, pending: false, saved_at: null, body: body as B, ...over }
}
const lead = row<Lead>('lead', 'l', { arrival_id: 'a', state: 'offered', offered_to: 'bo', holder_id: null, escalated_at: 5, level: 'manager', clock: {} })

describe('a lead with work still on this phone', () => {
  const nothing = { acceptances: [], reassignments: [], closings: [] }
  test('is this person\'s once accepted, without waiting for the server', () => {
    const acceptances = [row<never>('acceptance', 'x', { lead_id: 'l' }, { pending: true, captured_at: 9 })]
    expect(expected(lead, { ...nothing, acceptances }, 'bo').body).toMatchObject({ state: 'accepted', holder_id: 'bo', accepted_at: 9 })
  })
  test('goes to whom it was handed, or to oneself when taken over', () => {
    const to = (to_id: string) => expected(lead, { ...nothing, reassignments: [row<never>('reassignment', 'x', { lead_id: 'l', to_id }, { pending: true })] }, 'lin').body
    expect(to('chen')).toMatchObject({ state: 'offered', offered_to: 'chen', escalated_at: null })
    expect(to('lin')).toMatchObject({ state: 'accepted', holder_id: 'lin' })
  })
  test('is closed with its reason', () => {
    const closings = [row<never>('closing', 'x', { lead_id: 'l', reason: 'no_need' }, { pending: true })]
    expect(expected(lead, { ...nothing, closings }, 'bo').body).toMatchObject({ state: 'closed', close_reason: 'no_need' })
  })
  test('is left to the server once it was judged', () => {
    const acceptances = [row<never>('acceptance', 'x', { lead_id: 'l' })]
    expect(expected(lead, { ...nothing, acceptances }, 'bo')).toBe(lead)
  })
  test('a reception the server has not seen is accepted by its author', () => {
    const bare = row<Lead>('lead', 'n', { customer_id: 'c', store_id: 's', arrival_id: 'a', need: '餐桌' }, { captured_at: 7, pending: true })
    expect(whole(bare, 'bo').body).toMatchObject({ state: 'accepted', holder_id: 'bo', received_at: 7, need: '餐桌', reasons: [] })
    expect(whole(lead, 'bo')).toBe(lead)
  })
})

test('a lead that was put off and seen says so in its history', () => {
  const tree: Seen<AnyBody>[] = [row('snooze', '2', { lead_id: 'l', reason: 'other', until: 99 }, { by: 'lin', at: 20 }), row('lead_acknowledgement', '1', { lead_id: 'l' }, { by: 'lin', at: 10 })]
  expect(historyOf(lead, tree).map(({ kind, staff_id }) => [kind, staff_id])).toEqual([['acknowledged', 'lin'], ['snooze', 'lin']])
})

test('what came late is said beside the escalation it would have spared', () => {
  const late = { what: 'acceptance', fact_id: 'f', by: 'bo', at: 15, received_at: 40 }
  const tree: Seen<AnyBody>[] = [row('escalation', '1', { lead_id: 'l', to_id: 'lin', at: 30, late_evidence: [late] }), row('escalation', '2', { lead_id: 'l', to_id: 'qiao', at: 60 })]
  expect(historyOf(lead, tree).map(({ staff_id, late: told }) => [staff_id, told.length])).toEqual([['lin', 1], ['qiao', 0]])
})

test('the history of a lead is what names it, in order', () => {
  const tree: Seen<AnyBody>[] = [
    row('acceptance', '4', { lead_id: 'l' }, { by: 'bo', captured_at: 40, pending: true }),
    row('offer', '2', { lead_id: 'l', to_id: 'chen', state: 'missed', offered_at: 20 }),
    row('arrival', 'a', {}, { at: 10 }),
    row('reassignment', '3', { lead_id: 'l', to_id: 'bo' }, { by: 'lin', at: 30 }),
    row('follow_up', '5', { lead_id: 'other', ended_at: 50 }),
    row('comment', '6', { lead_id: 'l' }),
  ]
  expect(historyOf(lead, tree).map(({ kind, staff_id, at, pending }) => [kind, staff_id, at, pending])).toEqual([
    ['arrival', null, 10, false], ['offer_missed', 'chen', 20, false], ['reassignment', 'bo', 30, false], ['acceptance', 'bo', 40, true],
  ])
})

test('whoever said "I know" to a reminder is in the history, and has not accepted by it', () => {
  const known = { ...lead, body: { ...lead.body, acknowledgements: [{ staff_id: 'lin', at: 15, channel: 'wecom' }] } }
  const tree: Seen<AnyBody>[] = [row('arrival', 'a', {}, { at: 10 }), row('escalation', '2', { lead_id: 'l', to_id: 'lin', at: 12 })]
  expect(historyOf(known, tree).map(({ kind, staff_id, at }) => [kind, staff_id, at])).toEqual([
    ['arrival', null, 10], ['escalation', 'lin', 12], ['acknowledged', 'lin', 15],
  ])
})

test('what was said in the app is told once, by its fact where that is here, and what older servers noted is told too', () => {
  const said = (at: number, channel: string) => ({ staff_id: 'lin', at, channel })
  const known = { ...lead, body: { ...lead.body, state: 'offered' as const, escalated_at: 12, acknowledged: { by: 'lin', at: 15 } } }
  const ways = (one: Seen<Lead>, ...tree: Seen<AnyBody>[]) => historyOf(one, tree).map(({ staff_id, way, pending }) => [staff_id, way, pending])
  const fact = row<AnyBody>('lead_acknowledgement', '1', { lead_id: 'l' }, { by: 'lin', at: 15, pending: true })
  expect(ways(known)).toEqual([['lin', 'app', false]])
  expect(ways(known, fact)).toEqual([['lin', 'app', true]])
  const both = { ...known, body: { ...known.body, acknowledgements: [said(13, 'wecom'), said(15, 'app')] } }
  expect(ways(both, fact)).toEqual([['lin', 'wecom', false], ['lin', 'app', true]])
  expect(knownNow(both.body)).toEqual([said(15, 'app'), said(13, 'wecom')])
  expect(knownNow({ ...both.body, escalated_at: 14 })).toEqual([said(15, 'app')])
  expect(knownNow({ ...both.body, state: 'accepted' })).toEqual([])
})

test('a colleague who received a customer somebody else holds stood in, and did not accept', () => {
  const tree: Seen<AnyBody>[] = [
    row('acceptance', '1', { lead_id: 'l', offer_id: null }, { by: 'bo', at: 10 }),
    row('acceptance', '2', { lead_id: 'l', offer_id: null, standing: 'stand_in' }, { by: 'chen', at: 20 }),
  ]
  expect(historyOf(lead, tree).map(({ kind, staff_id }) => [kind, staff_id])).toEqual([['acceptance', 'bo'], ['stand_in', 'chen']])
})

test('a store is open by its week, its closures and its own days', () => {
  const week = Array.from({ length: 7 }, () => [[600, 1320]] as [number, number][])
  const store = { zone: 'Asia/Shanghai', hours: week, closures: ['2026-11-23'], openings: { '2026-11-24': [[0, 720]] } } as unknown as Store
  const at = (day: number, hour: number) => openAt(store, Date.UTC(2026, 10, day, hour - 8))
  expect([at(22, 12), at(22, 23), at(23, 12), at(24, 11)]).toEqual([{ open: true, until_min: 1320 }, { open: false }, { open: false }, { open: true, until_min: 720 }])
})

test('the bell rings for each newcomer and then every twenty seconds', () => {
  const rung = { known: new Set<string>(), last_at: 0 }
  const ring = (ids: string[], at: number) => shouldRing(ids, rung, at)
  expect([ring(['a'], 1000), ring(['a'], 2000), ring(['a', 'b'], 3000), ring(['b'], 22_000), ring(['b'], 23_000), ring([], 99_000)]).toEqual([true, false, true, false, true, false])
})

test('whoever left no name goes by what is known of them, and by a word at least', () => {
  expect([leadName({ name: '', salutation: '孙先生' }), leadName({ name: '', salutation: '', phone_masked: '139 **** 0002' }), leadName({ name: '', salutation: '' })])
    .toEqual(['孙先生', '139 **** 0002', '未留姓名'])
})
