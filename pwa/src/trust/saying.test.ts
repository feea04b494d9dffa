import { describe, expect, it } from 'vitest'
import type { Bodies, Seen } from '../model'
import { learnRest } from '../words'
import zh from '../words/zh/trust'
import { wayOut } from './deciding'
import { namesOf } from './names'
import { valueText, whatOf, whyOf, whyTheirs } from './saying'

const CODES = [
  'not_found', 'forbidden', 'invalid', 'unknown_entity', 'unknown_field', 'taken', 'not_open', 'phone_taken', 'not_eligible',
  'erased', 'too_large', 'server_field', 'unit', 'consent', 'fault', 'id_taken',
  'deleted', 'late', 'revoked', 'open_lead', 'too_few_attempts', 'snoozed_enough', 'snooze_over', 'snooze_too_long', 'too_many_required', 'set_aside',
]

describe('what was refused', () => {
  it('is said in a sentence for every code of the server, and never as a code', () => {
    const said = CODES.map((code) => (zh as Record<string, string>)[`why_${code}`] ?? '')
    expect(said.filter((sentence) => !/[\u3400-\u9fff].*。$/.test(sentence))).toEqual([])
  })
  it('is known only, sent again as it is, or mended first', () => {
    const way = (code: string, entity = 'follow_up') => wayOut({ code, entity })
    expect(['taken', 'id_taken', 'deleted', 'late', 'open_lead', 'snoozed_enough', 'snooze_over', 'snooze_too_long'].map((code) => way(code))).toEqual(Array<string>(8).fill('know'))
    expect(['fault', 'revoked'].map((code) => way(code))).toEqual(['resend', 'resend'])
    expect(['invalid', 'too_large', 'consent'].map((code) => way(code))).toEqual(['mend', 'mend', 'mend'])
    expect(way('not_found', 'release')).toBe('know')
  })
  it('says of a template how many answers it asks, and shows its questions as they read', async () => {
    await learnRest()
    const fields = { questions: [{ id: 'q', step: 'needs', zh: '谁做主？', must: true }], requires: ['mood', 'breakthrough'] }
    expect(whyOf({ code: 'too_many_required', field: 'questions', fields }, new Map())).toMatch(/^必填 9 项，最多 8 项。/)
    expect([valueText('questions', fields.questions), valueText('stage', 'first'), valueText('examples', { needs: '三口人' })]).toEqual(['谁做主？', '首次接触', '三口人'])
  })
  it('keeps a sentence even for a code of a newer server', () => {
    expect(whyOf({ code: 'of_tomorrow' }, new Map())).toBeTruthy()
  })
  it('of a decision says that somebody decided before, not that a lead was taken', async () => {
    await learnRest()
    const names = new Map([['lin', '林岚']])
    expect(whyOf({ code: 'taken', entity: 'release', who: 'lin', when: 1 }, names)).toMatch(/^林岚 .* 已经处理过了。$/)
    expect(whyOf({ code: 'not_found', entity: 'appeal' }, names)).toBe('这条已经处理过了。')
    expect(whyOf({ code: 'taken', entity: 'acceptance', who: 'lin', when: 1 }, names)).toContain('已接单')
  })
  it('calls its author by name when it is said to the manager', async () => {
    await learnRest()
    const names = new Map([['lin', '林岚']])
    const said = [...CODES, 'of_tomorrow'].map((code) => whyTheirs({ code, field: 'text', who: 'lin', when: 1 }, '薄文', names))
    expect(said.filter((sentence) => /你|请店长|\{|trust\./.test(sentence))).toEqual([])
    expect(whyTheirs({ code: 'not_found' }, '薄文', names)).toBe('这条记录已不在 薄文 的范围里。')
  })
})

describe('what was saved', () => {
  const SENT = ['contact', 'correction', 'deletion', 'decision', 'unmerge', 'appeal', 'release', 'resolution', 'acknowledgement', 'comment', 'visit', 'walk_in', 'follow_up', 'photo']
  const said = (entity: string, fields: Record<string, unknown> = {}, root = 'nobody') => whatOf({ entity, root, fields }, names)
  const side = { id: 'c9', name_masked: '赵*' } as Bodies['candidate']['one']
  const names = namesOf({
    staff: [], offers: [], stores: [{ id: 's1', body: { name: '人民路店' } } as Seen<Bodies['store']>], candidates: [{ id: 'pair', body: { one: side, other: side } } as Seen<Bodies['candidate']>],
    customers: [{ id: 'c1', body: { name: '孙先生', merged_ids: ['twin'] } } as Seen<Bodies['customer']>],
    deletions: [{ id: 'd1', body: { row_id: 'c2', name_masked: '钱*' } } as Seen<Bodies['deletion']>],
  })

  it('has a name of its own, each', async () => {
    await learnRest()
    const words = SENT.map((entity) => said(entity))
    expect(new Set(words).size).toBe(SENT.length)
    expect(words).not.toContain(said('of_tomorrow'))
  })
  it('is called void or restored where that is what was meant', async () => {
    await learnRest()
    expect(said('correction', { fact_id: 'f1', void: false }, 'c1')).toBe('更正 · 孙先生')
    expect(said('correction', { fact_id: 'f1', void: true }, 'c1')).toBe('作废 · 孙先生')
    expect(said('correction', { fact_id: 'd1', void: true }, 'c2')).toBe('恢复客户 · 钱*')
  })
  it('knows a store by its name', () => {
    expect(names.get('s1')).toBe('人民路店')
  })
  it('names the customer also where they are deleted, part of another, or one of a pair', async () => {
    await learnRest()
    expect([said('deletion', {}, 'c2'), said('unmerge', {}, 'twin'), said('decision', {}, 'pair')]).toEqual(['删除客户 · 钱*', '拆开档案 · 孙先生', '是否同一位 · 赵*'])
    expect(said('customer', { name: '李女士' }, 'new')).toBe('客户资料 · 李女士')
  })
})
