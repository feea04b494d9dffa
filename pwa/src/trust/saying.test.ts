import { describe, expect, it } from 'vitest'
import { learnRest } from '../words'
import zh from '../words/zh/trust'
import { wayOut } from './deciding'
import { whyOf, whyTheirs } from './saying'

const CODES = [
  'not_found', 'forbidden', 'invalid', 'unknown_entity', 'unknown_field', 'taken', 'not_open', 'phone_taken', 'not_eligible',
  'erased', 'too_large', 'server_field', 'unit', 'consent', 'fault', 'id_taken',
  'deleted', 'late', 'revoked', 'open_lead',
]

describe('what was refused', () => {
  it('is said in a sentence for every code of the server, and never as a code', () => {
    const said = CODES.map((code) => (zh as Record<string, string>)[`why_${code}`] ?? '')
    expect(said.filter((sentence) => !/[\u3400-\u9fff].*。$/.test(sentence))).toEqual([])
  })
  it('is known only, sent again as it is, or mended first', () => {
    const way = (code: string, entity = 'follow_up') => wayOut({ code, entity })
    expect(['taken', 'id_taken', 'deleted', 'late', 'open_lead'].map((code) => way(code))).toEqual(Array<string>(5).fill('know'))
    expect(['fault', 'revoked'].map((code) => way(code))).toEqual(['resend', 'resend'])
    expect(['invalid', 'too_large', 'consent'].map((code) => way(code))).toEqual(['mend', 'mend', 'mend'])
    expect(way('not_found', 'release')).toBe('know')
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
