import { describe, expect, test } from 'vitest'
import type { Escalation, Lead, Offer, Seen, Staff } from '../model'
import { announcements, minutesLeft, pauseOf, pausesFor, nothingHeard, remaining, ringing, timerText, waited } from './clock'
import { columns, dayStart, localCandidates, needsPerson, numbers, step, wasTried, worries } from './desk'

const MIN = 60_000
const T = Date.UTC(2026, 10, 21, 2, 0)
const PATIENCE = 30 * MIN
const clock = (at: number) => ({ offered_at: at, nudge_at: at + 15 * MIN, next_at: at + 20 * MIN, warn_at: at + 25 * MIN, escalate_at: at + 30 * MIN, area_at: at + 60 * MIN })

function seen<B>(id: string, body: B): Seen<B> {
  return { id, body, entity: 'lead', root: id, version: 1, by: null, at: T, received_at: T, captured_at: T, pending: false, saved_at: null }
}
function lead(id: string, over: Partial<Lead> = {}): Seen<Lead> {
  const at = over.received_at ?? T
  return seen(id, { store_id: 's', customer_id: 'c', state: 'offered', received_at: at, clock: clock(at), escalated_at: null, level: null, accepted_at: null, closed_at: null, close_reason: null, self_received: false, is_known: false, holder_id: null, offered_to: 'bo', ...over } as Lead)
}
const offer = (id: string, at: number, over: Partial<Offer> = {}): Seen<Offer> =>
  seen(id, { ...clock(at), to_id: 'bo', state: 'open', offered_at: at, ...over } as Offer)

describe('an offer', () => {
  test('counts to the next person, then to the manager, then stands still', () => {
    expect(remaining(offer('o', T).body, T + 6 * MIN)).toMatchObject({ left: 14 * MIN, moves_to: 'next', tone: 'calm' })
    expect(remaining(offer('o', T).body, T + 21 * MIN)).toMatchObject({ left: 9 * MIN, moves_to: 'manager' })
    expect(remaining(offer('o', T).body, T + 40 * MIN)).toMatchObject({ left: 0, moves_to: 'past', tone: 'over' })
  })
  test('is said when new and once more at five minutes', () => {
    const heard = nothingHeard()
    const offers = [offer('o', T)]
    const at = (minutes: number) => announcements(offers, heard, T + minutes * MIN).map(({ kind, minutes: left }) => [kind, left])
    expect([at(0), at(1), at(15.5), at(16)]).toEqual([[['new', 20]], [], [['hurry', 5]], []])
  })
  test('rings only its person, only when open and begun, the most urgent first', () => {
    const offers = [offer('late', T + 5), offer('soon', T), offer('hers', T, { to_id: 'chen' }), offer('gone', T, { state: 'missed' }), offer('tomorrow', T + 999 * MIN)]
    expect(ringing(offers, 'bo', T + MIN).map(({ id }) => id)).toEqual(['soon', 'late'])
  })
  test('two minutes of patience are not red from the first second', () => {
    const demo = offer('o', T, { next_at: T + 80_000, escalate_at: T + 120_000 }).body
    expect(remaining(demo, T + 1000).tone).toBe('calm')
    expect(remaining(demo, T + 70_000).tone).toBe('hurry')
  })
  test('reads as a clock', () => {
    expect([timerText(252_000), timerText(-5), timerText(3_700_000)]).toEqual(['04:12', '00:00', '1:01:40'])
    expect(minutesLeft(11.2 * MIN)).toBe(12)
  })
})

describe('waiting', () => {
  test('runs in store time and past the manager', () => {
    expect(waited(lead('l').body, PATIENCE, T + 12 * MIN, null)).toEqual({ kind: 'running', ms: 12 * MIN })
    expect(waited(lead('l').body, PATIENCE, T + 31 * MIN, null)).toEqual({ kind: 'running', ms: 31 * MIN })
  })
  test('pauses over a closed night instead of counting it', () => {
    const night = lead('l', { clock: { ...clock(T), escalate_at: T + 750 * MIN } }).body
    expect(waited(night, PATIENCE, T + 60 * MIN, T + 720 * MIN)).toEqual({ kind: 'paused', until: T + 720 * MIN })
    expect(waited({ ...night, clock: null }, PATIENCE, T + 60 * MIN, T + 720 * MIN)).toEqual({ kind: 'paused', until: T + 720 * MIN })
  })
  test('runs to the last minute before a closing', () => {
    const evening = lead('l', { clock: { ...clock(T), escalate_at: T + 750 * MIN } }).body
    expect(waited(evening, PATIENCE, T + 5 * MIN, null)).toEqual({ kind: 'running', ms: 5 * MIN })
  })
})

describe('the desk', () => {
  test('is red only where a person must act', () => {
    const rows = [lead('new', { received_at: T + 9 * MIN }), lead('old'), lead('late', { received_at: T - 40 * MIN }), lead('up', { escalated_at: T, level: 'manager' }), lead('next', { escalated_at: T, level: 'next' }), lead('done', { state: 'accepted' })]
    const found = columns(rows, T, T + 10 * MIN)
    expect(found.act.map(({ id }) => id)).toEqual(['late', 'up'])
    expect(found.running.map(({ id }) => id)).toEqual(['old', 'next', 'new'])
    expect(found.answered.map(({ id }) => id)).toEqual(['done'])
  })
  test('counts today from rows, tests left out, and says nothing where nothing is judged', () => {
    const rows = [lead('a', { state: 'accepted', accepted_at: T + 5 * MIN }), lead('b', { state: 'accepted', accepted_at: T + 45 * MIN, is_known: true }), lead('c', { received_at: T + 50 * MIN }), lead('x', { close_reason: 'test', state: 'closed' })]
    expect(numbers(rows, () => PATIENCE, T, T + 55 * MIN)).toEqual({ fresh: 2, within: 50, waiting: 1 })
    expect(numbers([], () => PATIENCE, T, T).within).toBeNull()
  })
  test('holds nobody to a night: not while it lasts, nor once the lead was answered in the morning', () => {
    const waiting = lead('w', { state: 'waiting', clock: null })
    const answered = lead('a', { state: 'accepted', clock: null, accepted_at: T + 730 * MIN, responsibility_s: 600 })
    expect(numbers([waiting], () => PATIENCE, T, T + 60 * MIN).within).toBeNull()
    expect(numbers([waiting, answered], () => PATIENCE, T, T + 740 * MIN).within).toBe(100)
  })
  test('offers a lead to colleagues who take leads here, the least loaded first', () => {
    const person = (id: string, over: Partial<Staff> = {}) => seen(id, { name: id, role: 'rep', store_ids: ['s'], accepts_leads: true, state: 'active', ...over } as Staff)
    const staff = [person('bo'), person('chen'), person('xia', { accepts_leads: false }), person('wu', { store_ids: ['t'] }), person('hao', { state: 'leave' }), person('lin')]
    const rows = [lead('l'), lead('m', { state: 'accepted', holder_id: 'chen', offered_to: null })]
    expect(localCandidates(staff, rows, 's', 'bo').map(({ staff_id, load }) => [staff_id, load])).toEqual([['lin', 0], ['chen', 1]])
  })
  test('ranks stores by the longest unanswered escalation', () => {
    const up = (id: string, store_id: string, lead_id: string, at: number) => seen(id, { store_id, lead_id, at, level: 'area' } as Escalation)
    const rows = [up('1', 's', 'l', T + 5), up('2', 's', 'l', T + 9), up('3', 't', 'm', T), up('4', 't', 'done', T - 99)]
    expect(worries(rows, (id) => id === 'done').map(({ store_id, count, since }) => [store_id, count, since])).toEqual([['t', 1, T], ['s', 1, T + 5]])
  })
  test('J and K stay inside the list', () => {
    expect([step(['a', 'b'], null, 1), step(['a', 'b'], 'b', 1), step(['a', 'b'], 'b', -1), step(['a'], 'gone', -1), step([], null, 1)]).toEqual(['a', 'b', 'a', 'a', null])
  })
  test('the day begins at midnight of the shop', () => {
    expect(dayStart(T, 'Asia/Shanghai')).toBe(Date.UTC(2026, 10, 20, 16, 0))
  })
})

describe('a lead that was put off', () => {
  const snooze = { by: 'lin', reason: 'with_them' as const, note: '', at: T, until: T + 40 * MIN }
  const late = lead('l', { escalated_at: T + 30 * MIN, level: 'manager', snooze, first_follow_up_due_at: T + 90 * MIN })
  test('asks for nobody and shows no running clock until the pause is over', () => {
    expect(needsPerson(late.body, T + 39 * MIN)).toBe(false)
    expect(waited(late.body, PATIENCE, T + 39 * MIN, null)).toEqual({ kind: 'snoozed', until: snooze.until })
    expect(needsPerson(late.body, T + 40 * MIN)).toBe(true)
    expect(pauseOf({ ...late.body, state: 'accepted' }, T)).toBeNull()
  })
  test('can be put off twice, and only up to its first follow-up', () => {
    expect(pausesFor(late.body, T)).toEqual([15, 30, 60])
    expect(pausesFor({ ...late.body, snoozes: 2 }, T)).toEqual([])
  })
})

test('a lead may be closed as unreachable after three calls over two days', () => {
  const tried = (...attempts: number[]) => wasTried(lead('l', { attempts }).body, 'Asia/Shanghai')
  expect([tried(), tried(T, T + MIN, T + 2 * MIN), tried(T, T + 24 * 60 * MIN), tried(T, T + MIN, T + 24 * 60 * MIN)]).toEqual([false, false, false, true])
})
