import { beforeEach, describe, expect, it } from 'vitest'
import { aliasesIn, resolved } from './aliases'
import type { StoredRow } from './databases'
import { dropDraft, keepDraft, readDraft } from './drafts'
import { once } from './live'
import { save } from './outbox'
import { rowOf, rowsOf, treeOf } from './rows'
import { newPhone, type Stage } from './stage'

const records = (held: Record<string, string[] | undefined>) => new Map(Object.entries(held).map(([id, merged_ids]) => [id, { body: { merged_ids } }]))
const told = (aliases: Record<string, string>, ...fresh: string[]) => ({ aliases: new Map(Object.entries(aliases)), fresh: new Set(fresh) })
let frame = 0
function stored(entity: StoredRow['entity'], id: string, root: string, body: Record<string, unknown>): StoredRow {
  frame += 1
  return { id, entity, root, version: frame, scopes: ['s'], body, by: 'wu', at: 1, received_at: 1, captured_at: 1, frame, due: [], hi: 0, lo: 0 }
}

describe('what an id stands for', () => {
  it('is known from records as well as from outcomes, through any number of merges', () => {
    const known = aliasesIn(told({ a: 'b' }), records({ c: ['b'] }))
    expect(resolved(known, 'a')).toBe('c')
  })
  it('is itself again once the record says so, or is back', () => {
    expect(resolved(aliasesIn(told({ a: 'b' }), records({ b: [] })), 'a')).toBe('a')
    expect(resolved(aliasesIn(told({ a: 'b' }), records({ a: undefined, b: undefined })), 'a')).toBe('a')
  })
  it('is believed while no pull can have told yet, and of records that never said', () => {
    expect(resolved(aliasesIn(told({ a: 'b' }, 'a'), records({ b: [] })), 'a')).toBe('b')
    expect(resolved(aliasesIn(told({ a: 'b' }), records({ b: undefined })), 'a')).toBe('b')
  })
})

describe('a record that became part of another one on some other phone', () => {
  let stage: Stage
  beforeEach(async () => {
    stage = await newPhone()
    await stage.cache.rows.bulkPut([
      stored('customer', 'old', 'old', { name: '赵女士', merged_ids: ['young'] }), stored('comment', 'n', 'old', { customer_id: 'young', text: '好' }),
    ])
  })

  it('is found under either id, with its whole tree', async () => {
    expect((await once(rowOf('customer', 'young')))?.id).toBe('old')
    expect((await once(treeOf('young'))).map(({ id }) => id).sort()).toEqual(['n', 'old'])
  })
  it('gives what was half-written about it to the one that it is part of, unless something is begun there', async () => {
    await keepDraft('comment:young', '周六来量尺')
    await keepDraft('edit:young', { version: 2 })
    expect(await readDraft('comment:old')).toBe('周六来量尺')
    expect([await readDraft('comment:young'), await readDraft('edit:old')]).toEqual([undefined, undefined])
    await stage.outbox.aliases.put({ id: 'own', of: 'old' })
    await keepDraft('comment:own', '第二条')
    expect(await readDraft('comment:old')).toBe('周六来量尺')
    await dropDraft('comment:old')
    expect(await readDraft('comment:old')).toBe('第二条')
  })
  it('has what waits under its old id laid over it', async () => {
    await save([{ entity: 'customer', id: 'young', fields: { budget: '6 万' }, base: 1 }, { entity: 'comment', id: 'mine', fields: { customer_id: 'young', text: '急' } }])
    expect((await once(rowsOf('customer'))).map(({ id, body }) => [id, body.budget])).toEqual([['old', '6 万']])
    expect((await once(rowOf('customer', 'young')))?.body.budget).toBe('6 万')
    expect((await once(treeOf('old'))).map(({ id }) => id).sort()).toEqual(['mine', 'n', 'old'])
  })
  it('is found too by what this phone made of it before', async () => {
    await stage.outbox.aliases.put({ id: 'mine', of: 'young' })
    expect((await once(rowOf('customer', 'mine')))?.id).toBe('old')
  })
  it('is its own record again after it was taken apart', async () => {
    await stage.outbox.aliases.put({ id: 'young', of: 'old' })
    await stage.cache.rows.bulkPut([stored('customer', 'old', 'old', { name: '赵女士', merged_ids: [] }), stored('customer', 'young', 'young', { name: '小赵' })])
    expect((await once(rowOf('customer', 'young')))?.body.name).toBe('小赵')
    await stage.cache.rows.delete('young')
    expect(await once(rowOf('customer', 'young'))).toBeUndefined()
  })
})

describe('a contact the server has, corrected on this phone', () => {
  it('changes when the customer is due, in the list and on the page', async () => {
    const stage = await newPhone()
    const contact = (id: string, at: number) => ({
      ...stored('follow_up', id, 'zhao', { greeting: { result: 'met' }, needs: { result: 'clear' }, revisit: { result: 'booked', at } }), at,
    })
    await stage.cache.rows.bulkPut([stored('customer', 'zhao', 'zhao', { next_at: 900, contact_count: 2 }), contact('f1', 700), contact('f2', 900)])
    await save([{ entity: 'correction', id: 'k', fields: { fact_id: 'f2', fields: {}, void: true } }])
    expect((await once(rowsOf('customer')))[0]?.body).toMatchObject({ next_at: 700, contact_count: 1, last_contact_at: 700 })
    expect((await once(rowOf('customer', 'zhao')))?.body.next_at).toBe(700)
    const f2 = (await once(treeOf('zhao'))).find(({ id }) => id === 'f2')
    expect(f2).toMatchObject({ pending: true, body: { void: true, corrected_by: 'k' } })
  })
})
