import { expect, test } from 'vitest'
import type { Bodies, CodeAlarm, Seen } from '../model'
import { alarmsOf } from './alarms'

const DAY = 24 * 3600_000

function notice(id: string, over: Partial<CodeAlarm> = {}): Seen<Bodies['notice']> {
  const body: CodeAlarm = { kind: 'foreign_code', to_id: 'qiao', by_id: 'lin', store_id: 's', check_id: 'k', host: 'evil.example', position: '门口', note: '', found_at: 1, at: 20 * DAY, lead_id: null, customer_id: null, name: '', ...over }
  return { id, entity: 'notice', root: id, version: 1, by: null, at: 0, received_at: 0, captured_at: 0, pending: false, saved_at: null, body }
}

test('a fake stays with whom it was told for two weeks, or until it is read', () => {
  const rows = [notice('a'), notice('b', { at: 21 * DAY }), notice('old', { at: 5 * DAY }), notice('read'), notice('other', { to_id: 'lin' }), notice('ring', { kind: 'ring' as CodeAlarm['kind'] })]
  expect(alarmsOf(rows, 'qiao', ['read'], 22 * DAY).map(({ id }) => id)).toEqual(['b', 'a'])
})
