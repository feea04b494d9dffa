import { beforeAll, expect, test } from 'vitest'
import { learnRest } from '../words'
import { MINUTE_MS } from '../words/format'
import { seenLeads, silentIn, waitText, type Board, type StoreLine } from './boards'
import { columns } from './desk'
import type { SilentPhone } from './silent'

beforeAll(learnRest)
const NOW = Date.UTC(2026, 10, 26, 4)

test('who waits is said with the longest wait, and nobody is not said', () => {
  const line: StoreLine = { store_id: 's', name: '人民路店', assigned: 3, accepted: 1, late: 0, waiting: 2, oldest_at: NOW - 12 * MINUTE_MS }
  expect(waitText(line, NOW)).toBe('2 位在等，最久 12 分钟')
  expect(waitText({ ...line, waiting: 0, oldest_at: null }, NOW)).toBe('')
})

test('silent phones are counted where their people work', () => {
  const phones = ['s', 't', 's'].map((store_id) => ({ store_id }) as SilentPhone)
  expect([silentIn(phones, 's'), silentIn(phones, 't'), silentIn(phones, 'u')]).toEqual([2, 1, 0])
})

test('what the server tells of a store stands in the columns of its desk', () => {
  const lead = (id: string, state: string, escalated: boolean) => ({
    id, root: id, body: { state, received_at: NOW - 40 * MINUTE_MS, captured_at: NOW, closed_at: NOW, escalated_at: escalated ? NOW : null, level: 'manager', clock: null },
  })
  const board = { at: NOW, leads: [lead('a', 'offered', true), lead('b', 'waiting', false), lead('c', 'accepted', false), lead('d', 'closed', false)] } as unknown as Board
  const { act, running, answered, closed } = columns(seenLeads(board), NOW - 60 * MINUTE_MS, NOW)
  expect([act, running, answered, closed].map((list) => list.map(({ id }) => id))).toEqual([['a'], ['b'], ['c'], ['d']])
})
