import { describe, expect, it } from 'vitest'
import type { AnyBody, Bodies, EntityName, Seen } from '../../model'
import type { Operation } from '../databases'
import { overlaid } from '../overlay'
import { counted } from './correction'
import { effective, standing } from './effective'

const viewer = { staff_id: 'bo', aliases: new Map<string, string>() }
let seq = 0
function op(entity: EntityName, id: string, fields: Record<string, unknown>, more: Partial<Operation> = {}): Operation {
  seq += 1
  return { seq, unit: seq, entity, id, root: 'zhao', fields, base: null, cites: null, captured_at: 1_000, saved_at: 1_001, state: 'waiting', laid: 1, receipt: null, settled: 0, ...more }
}
function row<E extends EntityName>(entity: E, id: string, body: Partial<Bodies[E]>, at = 1): Seen<Bodies[E]> {
  return { id, entity, root: 'zhao', version: 5, body: body as Bodies[E], by: 'bo', at, received_at: at, captured_at: at, pending: false, saved_at: null }
}
const held = <B>(...rows: Seen<B>[]): ReadonlyMap<string, Seen<B>> => new Map(rows.map((one) => [one.id, one]))
const contact = {
  channel: 'phone', greeting: { result: 'met' }, needs: { result: 'clear' }, proposal: { result: 'skipped' }, objection: { result: 'skipped' },
  revisit: { result: 'booked', at: 9_000 }, mood: 'keen', breakthrough: 'none',
} as Partial<Bodies['follow_up']>
const correction = (fact_id: string, fields: object, gone = false) => op('correction', `of-${fact_id}`, { fact_id, fields, void: gone })

describe('a fact and what stands for it', () => {
  const note = row('comment', 'n', { text: '旧', corrected_by: 'k' })
  const second = row('correction', 'k', { fact_id: 'n', fields: { text: '新' }, void: false })
  const first = row('correction', 'j', { fact_id: 'n', fields: { text: '中' }, void: false })

  it('is read through the correction it names, whatever others there are', () => {
    expect(effective(note, held(second, first))?.body.text).toBe('新')
    expect(note.body.text).toBe('旧')
  })
  it('is read as it was written where nothing corrected it, and not at all where it is void', () => {
    const plain = row('comment', 'p', { text: '好' })
    expect(effective(plain, held(second))).toBe(plain)
    expect(effective(row('comment', 'v', { text: '好', void: true, corrected_by: 'k' }), held(second))).toBeNull()
  })
  it('finds its correction in the tree it lies in', () => {
    const tree = [note, second, row('comment', 'v', { void: true })] as Seen<AnyBody>[]
    expect(standing(tree).map(({ id }) => id)).toEqual(['n', 'k'])
  })
})

describe('a correction that waits on this phone', () => {
  it('counts for its fact at once', () => {
    const notes = held(row('comment', 'n', { text: '旧' }))
    expect(overlaid('comment', notes, [correction('n', { text: '新' })], viewer).get('n')).toMatchObject({ pending: true, body: { corrected_by: 'of-n', void: false } })
    expect(overlaid('comment', notes, [correction('n', {}, true)], viewer).get('n')!.body.void).toBe(true)
  })
  it('of a contact that waits too changes what follows from it for the customer', () => {
    const zhao = held(row('customer', 'zhao', { steps: {}, contact_count: 0, next_at: null }))
    const [told, moved] = [op('follow_up', 'f', contact as Record<string, unknown>), correction('f', { revisit: { result: 'booked', at: 12_000 } })]
    expect(overlaid('customer', zhao, [told, moved], viewer).get('zhao')!.body).toMatchObject({ next_at: 12_000, contact_count: 1 })
    expect(overlaid('customer', zhao, [told, correction('f', {}, true)], viewer).get('zhao')!.body).toMatchObject({ next_at: null, contact_count: 0 })
  })
  it('of a contact that waits takes the lead back to where it was', () => {
    const lead = held(row('lead', 'l', { state: 'accepted', holder_id: 'bo' }))
    const told = op('follow_up', 'f', { ...contact, lead_id: 'l' })
    expect(overlaid('lead', lead, [told, correction('f', {}, true)], viewer).get('l')!.body.state).toBe('accepted')
  })
  it('of a contact the server has counts anew all contacts of the customer, then those told since', () => {
    const zhao = held(row('customer', 'zhao', { steps: { greeting: 'met', needs: 'clear' }, contact_count: 2, next_at: 9_000, last_contact_at: 60 }))
    const contacts = new Map([['zhao', [row('follow_up', 'old', { ...contact, needs: { result: 'partial' }, revisit: { result: 'booked', at: 7_000 } }, 50)]]])
    const gone = correction('new', {}, true)
    expect(overlaid('customer', zhao, [gone], { ...viewer, contacts }).get('zhao')).toMatchObject({
      pending: true, body: { steps: { needs: 'partial' }, contact_count: 1, next_at: 7_000, next_kind: 'revisit', last_contact_at: 50 },
    })
    const since = op('follow_up', 'f', contact as Record<string, unknown>)
    expect(overlaid('customer', zhao, [since, gone], { ...viewer, contacts }).get('zhao')!.body).toMatchObject({ contact_count: 2, next_at: 9_000 })
  })
  it('of the only contact that answered a lead lets it wait again', () => {
    const leads = held(row('lead', 'l', { state: 'contacted', contacted_at: 50 }), row('lead', 'm', { state: 'contacted', contacted_at: 50 }))
    const contacts = new Map([['zhao', [row('follow_up', 'other', { ...contact, counts_for: 'm' }, 50)]]])
    const layer = overlaid('lead', leads, [correction('f', {}, true)], { ...viewer, contacts })
    expect([layer.get('l')!.body.state, layer.get('m')!.body.state]).toEqual(['accepted', 'contacted'])
  })
  it('leaves operations alone where nothing is corrected', () => {
    const operations = [op('comment', 'c', { text: '好' })]
    expect(counted(operations)).toBe(operations)
  })
})

describe('a customer deleted on this phone', () => {
  const zhao = held(row('customer', 'zhao', { name: '赵女士' }))
  const deletion = op('deletion', 'd', { row_id: 'zhao' })

  it('is gone at once and waits among the deleted', () => {
    expect(overlaid('customer', zhao, [deletion], viewer).get('zhao')).toBeUndefined()
    expect(overlaid('deletion', new Map(), [deletion], viewer).list()).toMatchObject([{ pending: true, body: { row_id: 'zhao', name_masked: '' } }])
  })
  it('is back at once when the deletion is undone', () => {
    expect(overlaid('customer', zhao, [deletion, correction('d', {}, true)], viewer).get('zhao')).toBe(zhao.get('zhao'))
    expect(overlaid('deletion', new Map(), [deletion, correction('d', {}, true)], viewer).get('d')!.body.void).toBe(true)
  })
})

describe('two records that may be one', () => {
  it('ask no more once somebody decided', () => {
    const pair = held(row('candidate', 'p', { state: 'open' }))
    expect(overlaid('candidate', pair, [op('decision', 'k', { candidate_id: 'p', choice: 'household' })], viewer).get('p')!.body).toMatchObject({ state: 'household', decided_by: 'bo' })
  })
  it('are shown apart while taking them apart waits, and their open conflicts end', () => {
    const aliases = new Map([['twin', 'zhao']])
    const unmerge = op('unmerge', 'u', { alias_id: 'twin', phone: 'record' }, { root: 'twin' })
    const zhao = held(row('customer', 'zhao', { merged_ids: ['twin', 'other'] }))
    expect(overlaid('customer', zhao, [unmerge], { ...viewer, aliases }).get('zhao')).toMatchObject({ pending: true, body: { merged_ids: ['other'] } })
    const conflicts = held(row('conflict', 'x', { state: 'open', from_id: 'twin' }), row('conflict', 'y', { state: 'open', from_id: null }))
    const layer = overlaid('conflict', conflicts, [unmerge], { ...viewer, aliases })
    expect([layer.get('x')!.body.state, layer.get('y')!.body.state]).toEqual(['ended', 'open'])
  })
})
