import { beforeAll, describe, expect, it } from 'vitest'
import type { AnyBody, Bodies, Seen } from '../model'
import { learnRest } from '../words'
import { MINUTE_MS } from '../words/format'
import { areTooMuch, changes, profileOf, tagsOf } from './profile'
import { isDone, stepNow } from './steps'
import { sinceText, tell, type Around } from './telling'
import { clocksOf, followUpsOf, openLead, timelineOf } from './timeline'

beforeAll(learnRest)
const AT = 1_790_000_000_000
function row(entity: string, id: string, more: Partial<Omit<Seen<AnyBody>, 'body'>> & { body?: object } = {}): Seen<AnyBody> {
  const { body = {}, ...rest } = more
  return { entity, id, root: 'c', version: 1, by: 'bo', at: AT, captured_at: AT, received_at: AT, pending: false, saved_at: null, body, ...rest } as unknown as Seen<AnyBody>
}

describe('the timeline', () => {
  it('tells facts newest first and leaves rows of state out', () => {
    const tree = [row('customer', 'c'), row('lead', 'l'), row('follow_up', 'old'), row('comment', 'new', { at: AT + 1 })]
    expect(timelineOf(tree).map(({ row: { id } }) => id)).toEqual(['new', 'old'])
  })
  it('puts what was told later where it was, and says by how much', () => {
    const body = { channel: 'phone', greeting: { result: 'met' }, revisit: { result: 'no_contact', reason: 'asked' }, lag_s: 3 * 3600 }
    const tree = [row('comment', 'n', { at: AT - 60 * MINUTE_MS }), row('follow_up', 'late', { body })]
    const entries = timelineOf(tree)
    expect(entries.map(({ row: { id } }) => id)).toEqual(['n', 'late'])
    const around = { staff: new Map(), stores: new Map(), customer: {}, firstArrival: '', now: AT, zone: 'Asia/Shanghai' } as unknown as Around
    expect(tell(entries[1]!, around).tag).toEqual({ text: '补记 · 晚了 3 小时', tone: 'amber' })
  })
  it('gathers photos under their fact, and those of the customer in one entry', () => {
    const photo = (id: string, subject_id: string, at: number) => row('photo', id, { at, body: { subject_id } })
    const tree = [row('visit', 'v'), photo('p1', 'v', AT), photo('p2', 'c', AT + 1), photo('p3', 'c', AT + 2)]
    const told = timelineOf(tree).map(({ kind, photos }) => `${kind} ${photos.map(({ id }) => id).join(' ')}`)
    expect(told).toEqual(['photo p2 p3', 'visit p1'])
  })
  it('shows both clocks only where they differ by more than two minutes', () => {
    expect(clocksOf(row('visit', 'v', { received_at: AT + 2 * MINUTE_MS }))).toBeNull()
    expect(clocksOf(row('visit', 'v', { received_at: AT + 3 * MINUTE_MS }))).not.toBeNull()
    expect(clocksOf(row('visit', 'v', { received_at: null, pending: true }))).toBeNull()
  })
  it('calls a reception of a colleague’s customer standing in', () => {
    const titles = [{}, { standing: 'stand_in' }].map((body) => {
      const [entry] = timelineOf([row('acceptance', 'a', { body })])
      return tell(entry!, {} as Around).title
    })
    expect(titles).toEqual(['接单', '代接待'])
  })
  it('tells what a template had asked, also after the question was withdrawn', () => {
    const [entry] = timelineOf([row('follow_up', 'f', { body: { answers: { q: '太太', gone: '八月' }, revisit: { result: 'no_contact', reason: 'bought' } } })])
    const questions = new Map([['q', { id: 'q', step: 'needs', zh: '谁做主？' } as const]])
    expect(tell(entry!, { questions } as unknown as Around).lines.slice(0, 2)).toEqual(['谁做主？ 太太', '已撤下的问题 八月'])
  })
  it('finds the lead that is still open', () => {
    const tree = [row('lead', 'closed', { body: { state: 'closed', received_at: AT + 9 } }), row('lead', 'open', { body: { state: 'accepted', received_at: AT } })]
    expect(openLead(tree)?.id).toBe('open')
  })
})

describe('the five steps', () => {
  it('are done by a result of substance, and the next is the first that is not', () => {
    expect([isDone('met'), isDone('no_answer'), isDone('skipped'), isDone(undefined)]).toEqual([true, false, false, false])
    expect(stepNow({ greeting: 'met', needs: 'clear', proposal: 'skipped' })).toBe('proposal')
  })
})

describe('a fact that was put right', () => {
  const wrong = row('comment', 'n', { body: { text: '想看北欧风', corrected_by: 'k' } })
  const right = row('correction', 'k', { by: 'lin', body: { fact_id: 'n', fields: { text: '想看日式' }, void: false, note: '记错了' } })
  const around = { staff: new Map([['lin', '林店长']]), now: AT, zone: 'Asia/Shanghai' } as unknown as Around

  it('is told as it is now, with the original and who changed it at hand', () => {
    const [entry] = timelineOf([wrong, right])
    expect(tell(entry!, around).lines).toEqual(['想看日式'])
    expect(tell({ ...entry!, row: entry!.original }, around).lines).toEqual(['想看北欧风'])
    expect(sinceText(entry!, around)).toContain('林店长')
    expect(sinceText(entry!, around)).toContain('记错了')
  })
  it('stays in the timeline when it is void, and says so', () => {
    const gone = row('comment', 'n', { body: { text: '想看北欧风', corrected_by: 'k', void: true } })
    expect(timelineOf([gone, right])).toMatchObject([{ void: true, row: { id: 'n' }, correction: { id: 'k' } }])
  })
  it('is no contact any more when a follow-up is void, and the corrected one counts', () => {
    const contact = (id: string, more: object) => row('follow_up', id, { body: { ended_at: AT, channel: 'phone', ...more } })
    const better = row('correction', 'k2', { body: { fact_id: 'a', fields: { channel: 'wechat' }, void: false } })
    const told = followUpsOf([contact('a', { corrected_by: 'k2' }), contact('b', { void: true }), better])
    expect(told.map(({ id, body }) => [id, body.channel])).toEqual([['a', 'wechat']])
  })
  it('keeps an entry of photos while one of them still counts', () => {
    const photo = (id: string, gone: boolean) => row('photo', id, { body: { subject_id: 'c', void: gone } })
    expect(timelineOf([photo('p1', true), photo('p2', false)])[0]).toMatchObject({ void: false, row: { id: 'p2' } })
    expect(timelineOf([photo('p1', true), photo('p2', true)])[0]).toMatchObject({ void: true })
  })
})

describe('a profile', () => {
  const before = profileOf({ name: '赵女士', budget: '8 万', tags: ['老客户'], tier: null } as unknown as Bodies['customer'])
  it('sends only what changed', () => {
    expect(changes(before, { ...before, name: ' 赵女士 ', budget: '6 万' })).toEqual({ budget: '6 万' })
    expect(changes(before, { ...before, tier: 'A', tags: ['老客户'] })).toEqual({ tier: 'A' })
  })
  it('says which tags came and which went, for a list is refused', () => {
    expect(changes(before, { ...before, tags: ['要发票'] })).toEqual({ tags: { add: ['要发票'], remove: ['老客户'] } })
  })
  it('reads tags from a line', () => {
    expect(tagsOf('老客户， 要发票,老客户、')).toEqual(['老客户', '要发票'])
    const [long, many] = ['字'.repeat(21), Array.from({ length: 21 }, (_, n) => String(n)).join()]
    expect([tagsOf(long), tagsOf(many).length].map(String)).toEqual([long, '21'])
    expect([long, many, '老客户'].map((text) => areTooMuch(tagsOf(text)))).toEqual([true, true, false])
  })
})
