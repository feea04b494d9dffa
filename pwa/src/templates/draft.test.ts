import { describe, expect, it } from 'vitest'
import type { Customer, FollowUp, Seen, Template } from '../model'
import { keepDraft, readDraft } from '../phone/drafts'
import type { Refused } from '../phone/refused'
import { newPhone } from '../phone/stage'
import { begunOn, blankDraft, blankQuestion, draftOf, keyOf, lackOf, mayWrite, moved, operationOf, type Draft } from './draft'
import { nameless, templateFrom } from './record'
import { mended, reopen } from './reopening'

const question = { id: 'q', step: 'needs', zh: '几口人住？', must: true } as const
const held: Template = { name: '首次到店', stage: 'first', store_id: 'renmin', tiers: ['A'], questions: [question], requires: ['mood'] }
const row = (body: Template, id = 't'): Seen<Template> => ({ id, entity: 'template', root: id, version: 7, body, by: 'lin', at: 1, received_at: 1, captured_at: 1, pending: false, saved_at: null })
const lin = { role: 'manager', store_ids: ['renmin'] } as const

describe('a template being written', () => {
  it('is sent whole when it is new, without what it has not', () => {
    const draft: Draft = { ...blankDraft('renmin'), name: ' 首次 ', questions: [{ ...blankQuestion(), id: 'q', zh: ' 几口人？', choices: ['两口', ' '] }] }
    expect(operationOf('t', { draft, before: null, base: 0, kept_at: 1 })).toEqual({ entity: 'template', id: 't', fields: {
      name: '首次', stage: 'first', store_id: 'renmin', tiers: [], requires: ['mood', 'breakthrough'], photos: [], examples: {}, withdrawn: false,
      questions: [{ id: 'q', step: 'needs', zh: '几口人？', en: '', must: false, choices: ['两口'] }],
    } })
  })
  it('sends only what differs from the row it began on, and what is counted together', () => {
    const kept = begunOn(row(held), 5)
    expect(operationOf('t', kept)).toBeNull()
    expect(operationOf('t', { ...kept, draft: { ...kept.draft, name: '第一次' } })).toEqual({ entity: 'template', id: 't', fields: { name: '第一次' }, base: 7 })
    expect(Object.keys(operationOf('t', { ...kept, draft: { ...kept.draft, requires: [] } })!.fields)).toEqual(['requires', 'questions'])
  })
  it('says what is lacking before the server would', () => {
    const sound = draftOf(held)
    expect(lackOf(sound)).toBeNull()
    expect(lackOf({ ...sound, name: ' ' })).toEqual({ what: 'name', n: 0 })
    expect(lackOf({ ...sound, questions: [...sound.questions, blankQuestion()] })).toEqual({ what: 'question', n: 2 })
    expect(lackOf({ ...sound, photos: [{ id: 'p', zh: '', en: ' ' }] })).toEqual({ what: 'photo', n: 1 })
    for (const choices of [['1', '2', '3', '4', '5', '6', '7'], ['字'.repeat(41)]]) {
      expect(lackOf({ ...sound, questions: [{ ...sound.questions[0]!, choices }] })).toEqual({ what: 'choices', n: 1 })
    }
    expect(lackOf({ ...sound, requires: ['mood', 'breakthrough'] })).toEqual({ what: 'over', n: 9 })
  })
  it('takes up again what the server refused, on the row as it is now', () => {
    const again = mended({ requires: ['mood', 'breakthrough'], questions: [question] }, row({ ...held, name: '改过的' }), 9)
    expect(again).toMatchObject({ base: 7, draft: { name: '改过的', requires: ['mood', 'breakthrough'] }, before: { requires: ['mood'] } })
    expect(mended({ name: '新的', stage: 'following' }, undefined, 9)).toMatchObject({ base: 0, before: null, draft: { name: '新的', stage: 'following' } })
  })
  it('moves a question up and down, and not beyond the ends', () => {
    expect([moved(['a', 'b', 'c'], 2, -1), moved(['a', 'b', 'c'], 0, 1), moved(['a', 'b'], 0, -1)]).toEqual([['a', 'c', 'b'], ['b', 'a', 'c'], ['a', 'b']])
  })
  it('is for leaders of the store, and for admins alone where it is for all', () => {
    expect([mayWrite(lin, 'renmin'), mayWrite(lin, 'binjiang'), mayWrite(lin, null)]).toEqual([true, false, false])
    expect([mayWrite({ role: 'admin', store_ids: [] }, null), mayWrite({ role: 'rep', store_ids: ['renmin'] }, 'renmin')]).toEqual([true, false])
  })
})

describe('a record made an example', () => {
  const zhao = { name: '赵秀英', salutation: '赵女士', phone: '+8613900012345', wechat: 'zhao_1985', store_id: 'renmin', tier: 'A', contact_count: 3, opportunity_at: null } as unknown as Customer
  const clean = (text: string) => nameless(text, zhao, '客户')

  it('loses the name however it is written, and every number', () => {
    expect(clean('赵秀英要白橡木，赵姐先生在外地')).toBe('客户要白橡木，客户先生在外地')
    expect(clean('秀英说打 139 0001 2345 或 13900012345')).toBe('客户说打 … 或 …')
    expect(clean('微信 ZHAO 不回，加 zhao_1985；先生 137-1111-2222')).toBe('微信 ZHAO 不回，加 …；先生 …')
    expect(clean('衣柜 2600 高，预算 80000')).toBe('衣柜 2600 高，预算 80000')
  })
  it('reads a Latin name as well, in any case', () => {
    expect(nameless('ann li wants oak', { ...zhao, name: 'Ann Li', salutation: '' }, 'the customer')).toBe('the customer wants oak')
  })

  const contact = { id: 'f', by: 'bo', at: 50, body: { greeting: { result: 'met' }, needs: { result: 'clear', note: '赵女士要 2.6 米衣柜' }, proposal: { result: 'skipped' }, objection: { result: 'none' }, revisit: { result: 'booked' } } } as unknown as Seen<FollowUp>
  const around = { customer: zhao, contacts: [contact], who: lin }
  const words = { instead: '客户', name: '薄文的范例' }

  it('is laid into the template that held for that contact, and credits its author', () => {
    expect(templateFrom(contact, { ...around, templates: [row(held)] }, words)).toMatchObject({ id: 't', draft: { name: '首次到店', questions: [question], examples: { needs: '客户要 2.6 米衣柜' }, credit_id: 'bo' } })
  })
  it('begins a new one of the store, with the same questions, where the other is not theirs to change', () => {
    const made = templateFrom(contact, { ...around, templates: [row({ ...held, store_id: null })] }, words)
    expect(made).toMatchObject({ id: null, draft: { name: '薄文的范例', store_id: 'renmin', questions: [question], stage: 'first' } })
    const earlier = { ...contact, id: 'e', at: 10 }
    expect(templateFrom(contact, { ...around, contacts: [contact, earlier], templates: [row(held)] }, words)).toMatchObject({ id: null, draft: { stage: 'following', questions: [] } })
  })
})

it('does not lay what was refused over what was begun on the template since', async () => {
  await newPhone()
  const begun = { ...begunOn({ body: { name: '首次接触', stage: 'first' }, version: 3 }, 1), kept_at: 2 }
  await keepDraft(keyOf('q'), begun)
  await reopen({ entity: 'template', row_id: 'q', fields: { name: '旧的' } } as unknown as Refused)
  expect(await readDraft(keyOf('q'))).toEqual(begun)
})
