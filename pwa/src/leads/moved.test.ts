import { beforeAll, expect, test } from 'vitest'
import type { AnyBody, EntityName, Lead, Reason, Seen } from '../model'
import { learnRest } from '../words'
import { movedText, moverText } from './standing'
import { taleOf } from './tale'
import { detailText, lineText } from './taleText'

const NAMES: Record<string, string> = { lin: '林经理', bo: '薄文', chen: '陈晨' }
const names = (id: string | null | undefined) => NAMES[id ?? ''] ?? '同事'
const AT = Date.parse('2026-11-23T10:30:00+08:00')
beforeAll(learnRest)

function row<B>(entity: EntityName, id: string, body: object, by: string | null): Seen<B> {
  return { id, entity, root: 'c', version: 1, by, at: AT, received_at: AT, captured_at: AT, pending: false, saved_at: null, body: body as B }
}
const lead = row<Lead>('lead', 'l', { arrival_id: 'a', state: 'accepted', received_at: AT, holder_id: 'chen', accepted_at: null, clock: null, reasons: [] }, null)

test('the card of a lead that was moved says from whom to whom, by whom and when', () => {
  const moved = (more: Partial<Reason>): Reason => ({ staff_id: 'chen', code: 'reassigned', by_id: 'lin', at: AT, ...more })
  const told = (more: Partial<Reason>) => [movedText(moved(more), names), moverText(moved(more), names, AT)]
  expect(told({ from_id: 'bo', from_left: true })).toEqual(['薄文 离职，交接给 陈晨', '由 林经理 安排 · 今天 10:30'])
  expect(told({ from_id: 'bo' })[0]).toBe('薄文 交接给 陈晨')
  expect(told({})).toEqual(['改派给 陈晨', '由 林经理 安排 · 今天 10:30'])
  expect(told({ staff_id: 'lin' })).toEqual(['林经理 接手', '今天 10:30'])
})

test('so does its history', () => {
  const told = (body: object) => taleOf(lead, [row<AnyBody>('reassignment', 'r', { lead_id: 'l', ...body }, 'lin')], undefined, AT).map((line) => [lineText(line, names), detailText(line, names)])
  expect(told({ to_id: 'chen', from_id: 'bo', from_left: true })).toEqual([['薄文 离职，交接给 陈晨', '由 林经理 安排']])
  expect(told({ to_id: 'lin', from_id: 'bo', from_left: false })).toEqual([['薄文 交接给 林经理', '由 林经理 安排']])
  expect(told({ to_id: 'chen', note: '老客户' })).toEqual([['改派给 陈晨', '由 林经理 安排 · 老客户']])
  expect(told({ to_id: 'lin' })).toEqual([['林经理 接手', '']])
})
