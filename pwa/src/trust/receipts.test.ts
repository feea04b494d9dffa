import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Release, Seen } from '../model'
import type { Operation, Receipt } from '../phone/databases'
import { newPhone, type Stage } from '../phone/stage'
import { learnRest } from '../words'
import { contentOf } from './content'
import { receiptsOf, type Customers } from './receipts'
import type { Refused } from '../phone/refused'

let stage: Stage
beforeAll(learnRest)
beforeEach(async () => { stage = await newPhone() })

function operation(seq: number, receipt: Receipt, more: Partial<Operation> = {}): Operation {
  return { seq, unit: seq, entity: 'comment', id: `c${seq}`, root: 'zhao', fields: {}, base: null, cites: null, captured_at: 1, saved_at: 1, state: 'sent', laid: 0, receipt, settled: 1, ...more }
}
function release(id: string, body: Partial<Release>, by: string | null): Seen<Release> {
  const whole = { refusal_id: 'x', choice: 'apply', note: '', to_id: stage.who.staff_id, entity: 'visit', row_id: id, outcome: 'applied', ...body } as Release
  return { id, entity: 'release', root: id, version: 1, body: whole, by, at: 50, received_at: 50, captured_at: 50, pending: false, saved_at: null }
}
const says = (...args: Parameters<typeof receiptsOf>) => receiptsOf(...args).map(({ says, note }) => [says, note])

describe('receipts', () => {
  it('say that the manager let something through, with the note, or that it was added by itself', () => {
    const let_through = operation(1, { outcome: 'released', at: 9, by: 'lin', note: '可以' }, { state: 'refused' })
    const filled = operation(2, { outcome: 'released', at: 8, by: null, note: '' }, { state: 'refused' })
    expect(says([let_through, filled], [])).toEqual([['店长已放行', '可以'], ['已自动补上', '']])
  })
  it('say what was written here and does not stand, also when the customer is no longer on this phone', () => {
    const patch = operation(1, { outcome: 'merged', at: 1, fields: ['need', 'budget'] }, { entity: 'customer', id: 'zhao', fields: { need: '沙发', budget: '8 万' } })
    const zhao = (need: string, id = 'zhao') => [{ id, body: { need, budget: '8 万', merged_ids: id === 'zhao' ? [] : ['zhao'] } }] as unknown as Customers
    const told = (customers?: Customers) => receiptsOf([patch], [], new Set(), customers)[0]!.says
    expect(told(zhao('沙发'))).toBe('已同步，需求、预算 有别人的改动，都保留')
    expect(told(zhao('床'))).toBe('已同步，需求 同时有别人改过，现在不是你写的“沙发”')
    expect(told(zhao('床', 'other'))).toContain('现在不是你写的“沙发”')
    expect(told([])).toBe('已同步，需求、预算 同时有别人改过，你写的是“沙发、8 万”；客户已不在你这里，看不到最后用了哪个')
    expect(told()).toBe('已同步，需求、预算 有别人的改动，都保留')
  })
  it('tell also what became of another phone’s records, once, newest first', () => {
    const here = operation(1, { outcome: 'applied', at: 90 })
    expect(says([here], [release('v1', { note: '好' }, 'lin'), release('c1', {}, null)])).toEqual([['已同步', ''], ['店长已放行', '好']])
  })
  it('leave out what was declined, only tried, not yet judged, or is a colleague’s', () => {
    const others = [release('a', { choice: 'decline', outcome: null }, 'lin'), release('b', { outcome: 'refused' }, 'lin'), release('c', { outcome: null }, 'lin'), release('d', { to_id: 'chen' }, 'lin')]
    expect(says([], others)).toEqual([])
  })
  it('say that a photo is still here though what tells of it was taken', () => {
    const [told, taken] = [operation(2, { outcome: 'applied', at: 2 }, { entity: 'photo', id: 'p' }), operation(1, { outcome: 'applied', at: 1 })]
    expect(says([told, taken], [], new Set(['p']))).toEqual([['记录已同步，文件还在本机', ''], ['已同步', '']])
  })
  it('keep a note given to the manager out of what came of it', () => {
    expect(says([operation(1, { outcome: 'refused', at: 1, note: '请看一下' }, { state: 'refused', settled: 0 })], [])).toEqual([['没有成功', '']])
  })
})

describe('the content of a refused unit', () => {
  it('is told in words: names for people, no ids, no codes', () => {
    const follow = { entity: 'follow_up', fields: { customer_id: '019c3f00-0000-7000-8000-00000000000a', channel: 'phone', greeting: { result: 'met' }, needs: { result: 'clear', note: '要白橡木' }, proposal: { result: 'skipped' } }, companions: [] }
    const give = { entity: 'reassignment', fields: { lead_id: 'l', to_id: 'chen', note: '会方言' }, companions: [] }
    const patch = { entity: 'customer', fields: { phone: '+8613800138000', tags: { add: ['急'], remove: ['橡木'] } }, companions: [] }
    const refused = { ...follow, companions: [give, patch] } as unknown as Refused
    expect(contentOf(refused, new Map([['chen', '陈晨']])).map(({ label, text }) => `${label}：${text}`)).toEqual([
      '怎么联系的：电话', '问候：已见面', '需求确认：需求清楚，要白橡木', '改派给：陈晨', '说明：会方言', '手机号：138 **** 8000', '标签：+急、−橡木',
    ])
  })
})
