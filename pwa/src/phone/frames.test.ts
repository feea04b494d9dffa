import { Dexie } from 'dexie'
import { beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../sync/uuid7'
import type { Frame } from '../sync/wire'
import { beneath, CacheDatabase } from './databases'
import { foundAll, write } from './disk'
import { applyFrame, differing, forgetScopes, nothingKnown } from './frames'
import { digestOf, newPhone, row, type Stage } from './stage'

const DESK = 'desk:s1'
const MINE = 'staff:me'
let stage: Stage
let database: IDBDatabase

beforeEach(async () => {
  stage = await newPhone()
  database = await beneath(stage.cache)
})
const rows = () => stage.cache.rows.toArray()

describe('frames of one stream', () => {
  const [a, b] = [row('customer', 'a', 1), row('customer', 'b', 2)]
  const inMine = row('customer', 'a', 1, {}, [0])
  const frames: Frame[] = [
    { s: [DESK], rows: [a, b], cursor: '1' }, { s: [MINE], rows: [inMine], cursor: '2' },
    { s: [DESK], gone: [[0, 'customer', 'b', 9]], cursor: '3', head: true, digest: { [DESK]: digestOf(a), [MINE]: digestOf(a) } },
  ]
  it('add up the same whether the stream remembers what it wrote or looks it up', async () => {
    const memory = nothingKnown()
    for (const frame of frames) await applyFrame(database, frame, memory)
    const remembered = await rows()
    expect(await differing(database)).toEqual([])
    stage = await newPhone()
    database = await beneath(stage.cache)
    for (const frame of frames) await applyFrame(database, frame)
    expect(await differing(database)).toEqual([])
    expect(remembered).toEqual(await rows())
    expect(remembered.map(({ id, scopes }) => [id, scopes])).toEqual([['a', [DESK, MINE]]])
  })
  it('look again when somebody else wrote in between', async () => {
    const memory = nothingKnown()
    await applyFrame(database, frames[0]!, memory)
    await applyFrame(database, { s: [MINE], rows: [inMine], cursor: '2' })
    await applyFrame(database, { s: [DESK], rows: [row('customer', 'a', 5)], head: true, digest: { [DESK]: digestOf(row('customer', 'a', 5), b), [MINE]: [0, 0, 0] } }, memory)
    expect(await differing(database)).toEqual([])
  })
  it('leave nothing behind when one of their rows cannot be stored', async () => {
    const impossible = row('customer', 'c', 3, { body: () => {} })
    await expect(applyFrame(database, { s: [DESK], rows: [a, impossible], cursor: '1' })).rejects.toThrow()
    expect(await rows()).toEqual([])
    expect(await stage.cache.meta.toArray()).toEqual([])
  })
  it('drop a scope with the rows that only it held', async () => {
    await applyFrame(database, { s: [DESK, MINE], rows: [row('customer', 'a', 1, {}, [0, 1]), b], digest: { [DESK]: digestOf(a, b), [MINE]: digestOf(a) } })
    await forgetScopes(database, [DESK])
    expect((await rows()).map(({ id, scopes }) => [id, scopes])).toEqual([['a', [MINE]]])
    expect(await differing(database)).toEqual([DESK])
  })
  it('take a scope off the rows, as the server says, and touch no row that is not in it', async () => {
    const mine = row('customer', 'c', 3, {}, [1])
    await applyFrame(database, { s: [DESK, MINE], rows: [row('customer', 'a', 1, {}, [0, 1]), b, mine] })
    const before = await stage.cache.rows.get('c')
    await applyFrame(database, { s: [MINE], dropped: [DESK], head: true, digest: { [MINE]: digestOf(a, mine) } })
    expect((await rows()).map(({ id, scopes }) => [id, scopes])).toEqual([['a', [MINE]], ['c', [MINE]]])
    expect(await differing(database)).toEqual([])
    expect(await stage.cache.rows.get('c')).toEqual(before)
  })
  it('keep no sum of a scope that is gone, though the disk lost a row of it', async () => {
    await applyFrame(database, { s: [DESK], rows: [a, b] })
    await stage.cache.rows.delete('b')
    await forgetScopes(database, [DESK])
    expect((await stage.cache.meta.get('digests'))?.value).toEqual({})
  })
  it('are not the whole while more is to come', async () => {
    await applyFrame(database, { s: [DESK], rows: [a], part: 0, left: 1, total: 2 })
    expect((await stage.cache.meta.get('partial'))?.value).toBe(true)
  })
  it('number their rows a few at a time: readers see the first while the rest is written', async () => {
    await applyFrame(database, { s: [DESK], rows: Array.from({ length: 40 }, (_, i) => row('customer', `c${i}`, i + 1)) })
    expect(new Set((await rows()).map(({ frame }) => frame)).size).toBe(2)
  })
})

it('a cache of the first layout keeps its rows and its cursor, and knows what is due', async () => {
  const [org, staff] = [newId(), newId()]
  const old = new Dexie(`shopbell-cache-${org}-${staff}`)
  old.version(1).stores({ rows: 'id, [entity+frame], entity, root, *scopes', meta: 'key' })
  await old.table('rows').put({ id: 'a', entity: 'customer', root: 'a', frame: 3, version: 1, scopes: [DESK], body: { owner_id: staff, next_at: 7 } })
  await old.table('meta').put({ key: 'cursor', value: 'far' })
  old.close()
  const cache = new CacheDatabase(org, staff)
  expect(await cache.rows.where('entity').equals('customer').toArray()).toMatchObject([{ id: 'a', scopes: [DESK] }])
  expect(await cache.rows.where('due').between([staff, 0], [staff, 7], true, true).primaryKeys()).toEqual(['a'])
  expect(await cache.meta.get('cursor')).toEqual({ key: 'cursor', value: 'far' })
  cache.close()
})

it('a transaction that failed says what failed first, not that the rest was given up', async () => {
  await expect(write(database, ['meta'], async (transaction) => {
    const meta = transaction.objectStore('meta')
    await foundAll([meta.add({ key: 'one' }), meta.add({ key: 'one' }), meta.put({ key: 'two' })])
  })).rejects.toMatchObject({ name: 'ConstraintError' })
})
