import { beforeAll, expect, test } from 'vitest'
import type { Bodies, Seen, Wish } from '../model'
import { learnRest } from '../words'
import { wishesOf, wishText } from './wishes'

beforeAll(learnRest)
const DAY = 24 * 3600_000

function notice(id: string, over: Partial<Wish> = {}): Seen<Bodies['notice']> {
  const body = { kind: 'corrects', to_id: 'lin', lead_id: null, customer_id: 'c', at: 20 * DAY, name: '孙先生', ...over }
  return { id, entity: 'notice', root: id, version: 1, by: null, at: 0, received_at: 0, captured_at: 0, pending: false, saved_at: null, body } as Seen<Bodies['notice']>
}

test('what customers did on their own page stays for two weeks, or until it is read', () => {
  const rows = [notice('a'), notice('b', { at: 21 * DAY, kind: 'self_erased' }), notice('old', { at: 5 * DAY }), notice('read'), notice('other', { to_id: 'bo' }), notice('ring', { kind: 'ring' as Wish['kind'] })]
  expect(wishesOf(rows, 'lin', ['read'], 22 * DAY).map(({ id }) => id)).toEqual(['b', 'a'])
})

test('five corrections of one customer are one card, which says the newest and how many, and go together', () => {
  const rows = [1, 2, 3, 4, 5].map((n) => notice(`n${n}`, { at: 20 * DAY + n })).concat(notice('other', { customer_id: 'd' }))
  const [first, ...others] = wishesOf(rows, 'lin', [], 21 * DAY)
  expect([first!.id, first!.body.at, first!.ids.length, others.length]).toEqual(['n5', 20 * DAY + 5, 5, 1])
  expect(wishText(first!.body, 5)).toBe('孙先生说资料有误，请看备注（共 5 条）')
  expect(wishesOf(rows, 'lin', first!.ids, 21 * DAY).map(({ id }) => id)).toEqual(['other'])
})

test('what is to be erased says how many working days are left', () => {
  const due = (days: number) => wishText(notice('a', { kind: 'erasure_due', days }).body as Wish)
  expect([due(5), due(0), due(-2)]).toEqual(['孙先生要求删除资料：还剩 5 个工作日', '孙先生要求删除资料：今天到期', '孙先生要求删除资料：超期 2 个工作日'])
})

test('it names whom it may name', () => {
  expect(wishText(notice('a').body as Wish)).toBe('孙先生说资料有误，请看备注')
  expect(wishText(notice('a', { kind: 'self_erased', name: '' }).body as Wish)).toBe('一位客户撤回了同意，资料已全部删除，不要再联系')
})
