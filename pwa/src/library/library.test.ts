import { describe, expect, it } from 'vitest'
import type { Script, Seen } from '../model'
import { filled, found, phrasesFor } from './library'

const row = (id: string, body: Partial<Script>, at = 1): Seen<Script> => ({
  id, entity: 'script', root: id, version: 3, body: { step: 'objection', ...body }, by: 'lin', at, received_at: at, captured_at: at, pending: false, saved_at: null,
})
const rows = [
  row('board', { zh: '贵在板材和五金，我拆开给您看。', en: 'The price is in the boards.', kind: 'objection', title: '太贵了', keywords: '价格', initials: 'tgl jg' }),
  row('report', { zh: '检测报告是这一批的。', kind: 'objection', title: '怕有味道', initials: 'pywd', store_id: 'renmin' }),
  row('price', { step: 'proposal', zh: '这套报价里安装都算进去了，不会更贵。', initials: 'ztbjlazdsjql' }),
  row('other', { zh: '滨江店的说法', store_id: 'binjiang' }), row('gone', { zh: '旧的', withdrawn: true }), row('empty', { zh: ' ' }),
]
const ids = (typed: string, step: Script['step'] | null = null) => found(phrasesFor(rows, ['renmin']), typed, step).map(({ id }) => id)

describe('the library', () => {
  it('holds what is said at this store and everywhere, its own first', () => {
    expect(ids('')).toEqual(['report', 'price', 'board'])
    expect(ids('', 'objection')).toEqual(['report', 'board'])
  })
  it('finds by characters in any field, by initials, by several words', () => {
    expect(ids('味道')).toEqual(['report'])
    expect(ids('tgl')).toEqual(['board'])
    expect(ids('价格 五金')).toEqual(['board'])
    expect(ids('BOARDS')).toEqual(['board'])
    expect(ids('没有这句')).toEqual([])
  })
  it('puts what the customer says before what merely contains it', () => {
    expect(ids('贵')).toEqual(['board', 'price'])
  })
  it('finds the one that was meant among five hundred', () => {
    const many = Array.from({ length: 500 }, (_, n) => row(`n${n}`, { zh: `第 ${n} 句，${'话'.repeat(60)}`, initials: `dnj${n}` }))
    expect(found(phrasesFor(many, []), '第 499 句').map(({ id }) => id)).toEqual(['n499'])
  })
  it('puts in the names this customer knows', () => {
    expect(filled('您好，我是{store}的{me}，您想看{need}？', { store: '人民路店', me: '薄文', need: ' ' })).toBe('您好，我是人民路店的薄文，您想看…？')
  })
})
