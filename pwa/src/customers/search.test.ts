import { describe, expect, it } from 'vitest'
import type { Bodies, Contact, Seen } from '../model'
import { DAY_MS } from '../words/format'
import { windowOf } from './scroller'
import { entriesOf, found, kept, ledBy } from './search'

const ZONE = 'Asia/Shanghai'
const NOW = Date.UTC(2026, 10, 21, 6, 5)
function customer(name: string, body: Partial<Bodies['customer']> = {}): Seen<Bodies['customer']> {
  return { id: name, body: { name, tags: [], created_at: NOW, ...body }, pending: false, saved_at: null } as unknown as Seen<Bodies['customer']>
}
const people = entriesOf([
  customer('王小明', { pinyin: 'wang xiao ming', initials: 'wxm', phone: '+8613800005521', tier: 'A', owner_id: 'bo' }),
  customer('小王', { pinyin: 'xiao wang', initials: 'xw', phone: '+8613900001234', tier: 'B', tags: ['老客户'] }),
  customer('欧阳明珠·阿依古丽', { owner_id: 'bo', next_at: NOW - DAY_MS, tier: 'C' }),
])
const names = (typed: string) => found(people, typed).map(({ customer: { id } }) => id)

describe('search', () => {
  it('finds by characters, the start of a name first', () => {
    expect(names('王')).toEqual(['王小明', '小王'])
    expect(names('阿依')).toEqual(['欧阳明珠·阿依古丽'])
  })
  it('finds by sound and by initials', () => {
    expect(names('wxm')).toEqual(['王小明'])
    expect(names('Xiao')).toEqual(['小王', '王小明'])
  })
  it('finds by the last digits and by the whole number, not by a middle part', () => {
    expect(names('5521')).toEqual(['王小明'])
    expect(names('139 0000')).toEqual(['小王'])
    expect(names('0000')).toEqual([])
  })
  it('says which contact led to a customer, unless the customer was meant', () => {
    const wang = { relation: 'spouse', name: '王芳', phone: '+8613700006666' } as Contact
    const [zhao] = entriesOf([customer('赵丽', { phone: '+8613700001111' })], new Map([['赵丽', [wang]]]))
    expect(['王芳', '6666', '赵', '1111', ''].map((typed) => ledBy(zhao!, typed)?.name ?? null)).toEqual(['王芳', '王芳', null, null, null])
  })
  it('finds by tag and says nothing when there is nobody', () => {
    expect(names('老客')).toEqual(['小王'])
    expect(names('赵')).toEqual([])
  })
  it('widens by tiers and narrows by the rest', () => {
    const ids = (...chips: Parameters<typeof kept>[1] extends ReadonlySet<infer C> ? C[] : never) =>
      kept(people, new Set(chips), 'bo', NOW, ZONE).map(({ customer: { id } }) => id)
    expect(ids('A', 'B')).toEqual(['王小明', '小王'])
    expect(ids('mine', 'overdue')).toEqual(['欧阳明珠·阿依古丽'])
    expect(ids('mine', 'A')).toEqual(['王小明'])
  })
  it('counts as mine whose credit is shared with a colleague', () => {
    const shared = entriesOf([customer('赵', { owner_id: 'chen', credits: { bo: 30, chen: 70 } }), customer('钱', { owner_id: 'chen' })])
    expect(kept(shared, new Set(['mine'] as const), 'bo', NOW, ZONE).map(({ customer: { id } }) => id)).toEqual(['赵'])
  })
  it('looks through five thousand in a blink', () => {
    const many = entriesOf(Array.from({ length: 5000 }, (_, n) => customer(`客户${n}`, { pinyin: `ke hu ${n}`, initials: `kh${n}` })))
    const started = performance.now()
    expect(found(many, 'kh4999')).toHaveLength(1)
    expect(performance.now() - started).toBeLessThan(250)
  })
})

describe('the window over a long list', () => {
  it('draws what is seen and a few more, and never beyond the end', () => {
    expect(windowOf(5000, 76, 76 * 100, 760)).toEqual({ first: 92, end: 118, top: 92 * 76, height: 5000 * 76 })
    expect(windowOf(3, 76, -200, 760)).toMatchObject({ first: 0, end: 3 })
    expect(windowOf(3, 76, 99_999, 760)).toMatchObject({ end: 3 })
  })
})
