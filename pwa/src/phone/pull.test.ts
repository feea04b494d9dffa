import { beforeEach, describe, expect, it, vi } from 'vitest'
import { newId } from '../sync/uuid7'
import { beneath } from './databases'
import { applyFrame } from './frames'
import { once } from './live'
import { save } from './outbox'
import { pull } from './pull'
import { drain } from './push'
import { recount } from './recount'
import { rowOf, rowsOf, treeOf } from './rows'
import { digestOf, FakeServer, newPhone, row, type Stage } from './stage'

let stage: Stage
let server: FakeServer
const DESK = 'desk:s1'
const MINE = 'staff:me'

beforeEach(async () => {
  stage = await newPhone()
  server = new FakeServer().install()
})
const pullAll = () => pull(stage.outbox, stage.cache, 0)
const held = async () => (await stage.cache.rows.toArray()).map(({ id }) => id).sort()

describe('pulling', () => {
  it('applies frames with their cursors and proves the head by the digests', async () => {
    const [a, b] = [row('customer', 'a', 1), row('customer', 'b', 2)]
    server.frames = [[{ s: [DESK], rows: [a], cursor: 'one', part: 0, left: 1, total: 2 }, { s: [DESK], rows: [b], cursor: 'two', head: true, digest: { [DESK]: digestOf(a, b) } }]]
    expect(await pullAll()).toMatchObject({ meaning: 'ack', head: true })
    expect(await held()).toEqual(['a', 'b'])
    expect((await stage.cache.meta.get('cursor'))?.value).toBe('two')
  })
  it('loses at most one frame to a cut, at any byte of the stream', async () => {
    const rows = [row('customer', 'a', 1), row('customer', 'b', 2), row('customer', 'c', 3)]
    const frames = rows.map((one, i) => ({ s: [DESK], rows: [one], cursor: `c${i}`, ...(i === 2 ? { head: true, digest: { [DESK]: digestOf(...rows) } } : {}) }))
    const whole = frames.map((frame) => `${JSON.stringify(frame)}\n`).join('')
    const ends = frames.map((_, i) => frames.slice(0, i + 1).map((frame) => JSON.stringify(frame).length + 1).reduce((a, b) => a + b))
    for (let cut = 0; cut < whole.length; cut += 7) {
      stage = await newPhone()
      server.frames = [frames]
      server.cut_after = cut
      expect(await pullAll()).toMatchObject({ head: false, meaning: 'later' })
      expect((await held()).length).toBe(ends.filter((end) => end <= cut).length)
      server.frames = [frames]
      expect(await pullAll()).toMatchObject({ head: true })
      expect(await held()).toEqual(['a', 'b', 'c'])
    }
  })
  it('keeps a row while any scope holds it, and drops it with the last', async () => {
    const both = row('customer', 'a', 1, {}, [0, 1])
    server.frames = [[{ s: [DESK, MINE], rows: [both], head: true, digest: { [DESK]: digestOf(both), [MINE]: digestOf(both) } }],
      [{ s: [DESK], gone: [[0, 'customer', 'a', 2]], head: true, digest: { [MINE]: digestOf(both) } }],
      [{ dropped: [MINE], head: true, digest: {} }]]
    await pullAll()
    await pullAll()
    expect(await held()).toEqual(['a'])
    expect(await pullAll()).toMatchObject({ head: true })
    expect(await held()).toEqual([])
  })
  it('lets no old departure take away a row that came back', async () => {
    const back = row('customer', 'a', 5)
    server.frames = [[{ s: [DESK], rows: [back], gone: [[0, 'customer', 'a', 4]], head: true, digest: { [DESK]: digestOf(back) } }]]
    await pullAll()
    expect(await held()).toEqual(['a'])
  })
  it('drops a scope that does not add up, asks for it again, and does not call itself synced before', async () => {
    const [a, b] = [row('customer', 'a', 1), row('customer', 'b', 2)]
    const said = { [DESK]: digestOf(a, b) }
    server.frames = [[{ s: [DESK], rows: [a], cursor: 'x', head: true, digest: said }], [{ s: [DESK], rows: [a, b], cursor: 'y', head: true, digest: said }]]
    expect(await pullAll()).toMatchObject({ head: true })
    expect(server.pulls[1]).toMatchObject({ cursor: 'x', resend: [DESK] })
    expect(await held()).toEqual(['a', 'b'])
    await pullAll()
    expect(server.pulls[2]).not.toHaveProperty('resend')
  })
  it('says that it differs when the server never adds up', async () => {
    const a = row('customer', 'a', 1)
    const wrong = () => [{ s: [DESK], rows: [a], head: true, digest: { [DESK]: [9, 9, 9] as [number, number, number] } }]
    server.frames = [wrong(), wrong(), wrong()]
    expect(await pullAll()).toMatchObject({ meaning: 'human', head: false, code: 'differs' })
  })
  it('forgets everything, the cursor too, where a scope that was sent again does not add up either', async () => {
    const [a, b] = [row('customer', 'a', 1), row('customer', 'b', 2)]
    const wrong = (cursor: string) => [{ s: [DESK], rows: [a], cursor, head: true, digest: { [DESK]: [9, 9, 9] as [number, number, number] } }]
    server.frames = [wrong('1'), wrong('2'), [{ s: [DESK], rows: [b], cursor: '3', head: true, digest: { [DESK]: digestOf(b) } }]]
    expect(await pullAll()).toMatchObject({ head: true })
    expect(server.pulls.map(({ cursor }) => cursor)).toEqual([null, '1', null])
    expect(await held()).toEqual(['b'])
  })
  it('starts over on a resync without touching unsent work', async () => {
    const [a, b] = [row('customer', 'a', 1), row('customer', 'b', 2)]
    await save([{ entity: 'comment', id: newId(), fields: { customer_id: 'a', text: '留着' } }])
    server.frames = [[{ s: [DESK], rows: [a], head: true, digest: { [DESK]: digestOf(a) } }], [{ s: [DESK], resync: true, rows: [b], head: true, digest: { [DESK]: digestOf(b) } }]]
    await pullAll()
    await pullAll()
    expect(await held()).toEqual(['b'])
    expect(await stage.outbox.operations.count()).toBe(1)
  })
  it('keeps what it does not know, raw', async () => {
    const strange = row('dream', 'd', 1, { colour: 'red' })
    server.frames = [[{ s: [DESK], rows: [strange], head: true, digest: { [DESK]: digestOf(strange) } }]]
    expect(await pullAll()).toMatchObject({ head: true })
    expect((await stage.cache.rows.get('d'))?.body).toEqual({ colour: 'red' })
  })
  it('counts it in the digests, keeps unknown fields of known entities, and lets it go like any other', async () => {
    const a = row('customer', 'a', 1, { name: '赵女士', aura: { hue: 7 } })
    const dream = row('dream', 'd', 2, { colour: 'red' })
    const longer = [...dream, 'of tomorrow'] as unknown as typeof dream
    server.frames = [[{ s: [DESK], rows: [a, longer], head: true, digest: { [DESK]: digestOf(a, dream) }, mood: 'calm' } as never],
      [{ s: [DESK], gone: [[0, 'dream', 'd', 3]], head: true, digest: { [DESK]: digestOf(a) } }]]
    expect(await pullAll()).toMatchObject({ head: true })
    expect(await once(rowOf('customer', 'a'))).toMatchObject({ body: { name: '赵女士', aura: { hue: 7 } } })
    expect(server.pulls).toHaveLength(1)
    expect(await pullAll()).toMatchObject({ head: true })
    expect(await held()).toEqual(['a'])
  })
})

describe('what the disk lost', () => {
  const rows = [row('customer', 'a', 1), row('customer', 'b', 2), row('comment', 'c', 3)]
  const whole = { [DESK]: digestOf(...rows) }
  const DAY = 86_400_000
  /** This phone was in sync when it was last used, so long ago; since then its disk lost one row. */
  async function lostSince(ms: number): Promise<void> {
    const database = await beneath(stage.cache)
    await applyFrame(database, { s: [DESK], rows, cursor: 'old', head: true, digest: whole })
    await stage.cache.meta.put({ key: 'counted_at', value: Date.now() - ms })
    await stage.cache.rows.delete('b')
    vi.spyOn(console, 'warn').mockImplementation(() => {})
  }
  it('is noticed at the first start of a day, and fetched again, though the sums kept beside the rows agree', async () => {
    await lostSince(DAY)
    server.frames = [[{ head: true }], [{ head: true }], [{ s: [DESK], dropped: [DESK], rows, head: true, digest: whole }]]
    expect(await pullAll()).toMatchObject({ head: true })
    expect(server.pulls.at(-1)).toMatchObject({ cursor: 'old', resend: [DESK] })
    expect(await held()).toEqual(['a', 'b', 'c'])
  })
  it('is not looked for again before a day is over', async () => {
    await lostSince(DAY / 2)
    await pullAll()
    expect(await held()).toEqual(['a', 'c'])
  })
  it('is looked for at once when the app was cut off in full view', async () => {
    vi.resetModules()
    vi.stubGlobal('document', { visibilityState: 'hidden' })
    localStorage.setItem('shopbell-awake', '1')
    await lostSince(DAY / 2)
    server.frames = [[{ head: true }], [{ head: true }], [{ s: [DESK], dropped: [DESK], rows, head: true, digest: whole }]]
    await (await import('./pull')).pull(stage.outbox, stage.cache, 0)
    vi.unstubAllGlobals()
    expect(await held()).toEqual(['a', 'b', 'c'])
    expect(localStorage.getItem('shopbell-awake')).toBeNull()
  })
  it('counts thousands of rows a few at a time', async () => {
    const many = Array.from({ length: 1_000 }, (_, i) => row('customer', `c${i}`, i + 1, {}, i % 2 ? [0, 1] : [0]))
    const both = { [DESK]: digestOf(...many), [MINE]: digestOf(...many.filter((_, i) => i % 2)) }
    const database = await beneath(stage.cache)
    await applyFrame(database, { s: [DESK, MINE], rows: many, cursor: 'x', head: true, digest: both })
    await stage.cache.meta.delete('digests')
    await recount(database)
    expect((await stage.cache.meta.get('digests'))?.value).toEqual(both)
  })
  it('counts in vain where somebody writes meanwhile', async () => {
    const many = Array.from({ length: 300 }, (_, i) => row('customer', `c${i}`, i + 1))
    const [database, late] = [await beneath(stage.cache), row('customer', 'a-new-one', 999)]
    await applyFrame(database, { s: [DESK], rows: many, cursor: 'x', head: true, digest: { [DESK]: digestOf(...many) } })
    const counting = recount(database)
    await stage.cache.rows.count()
    await applyFrame(database, { s: [DESK], rows: [late], cursor: 'y' })
    await counting
    expect((await stage.cache.meta.get('digests'))?.value).toEqual({ [DESK]: digestOf(...many, late) })
  })
})

describe('asking the server once after a start', () => {
  const a = row('customer', 'a', 1)
  it('shows it what this phone holds, for a pull that finds nothing moved brings no digest', async () => {
    server.frames = [[{ s: [DESK], rows: [a], cursor: '1', head: true, digest: { [DESK]: digestOf(a) } }]]
    await pullAll()
    await pullAll()
    expect(server.compared).toEqual([{ [DESK]: digestOf(a) }])
  })
  it('fetches again what it says differs, though nothing moved', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const b = row('customer', 'b', 2)
    server.differ = [DESK, MINE]
    server.frames = [[{ s: [DESK], rows: [a], cursor: '1', head: true, digest: { [DESK]: digestOf(a) } }], [{ head: true }],
      [{ s: [DESK, MINE], dropped: [DESK, MINE], rows: [a, [...b.slice(0, 4), [1], ...b.slice(5)] as typeof b], head: true, digest: { [DESK]: digestOf(a), [MINE]: digestOf(b) } }]]
    expect(await pullAll()).toMatchObject({ head: true })
    expect(server.pulls.at(-1)?.resend).toEqual([DESK, MINE])
    expect(await held()).toEqual(['a', 'b'])
  })
  it('fetches nothing again when the server had only moved on', async () => {
    const b = row('customer', 'b', 2)
    server.differ = [DESK]
    server.frames = [[{ s: [DESK], rows: [a], cursor: '1', head: true, digest: { [DESK]: digestOf(a) } }], [{ s: [DESK], rows: [b], cursor: '2', head: true, digest: { [DESK]: digestOf(a, b) } }]]
    expect(await pullAll()).toMatchObject({ head: true })
    expect(server.pulls.map(({ resend }) => resend)).toEqual([undefined, undefined])
  })
  it('goes on without an answer, and asks at the next pull', async () => {
    const answer = globalThis.fetch
    globalThis.fetch = ((path: string, init?: RequestInit) => (path === '/sync/verify' ? Promise.reject(new TypeError('network')) : answer(path, init))) as typeof fetch
    expect(await pullAll()).toMatchObject({ meaning: 'ack', head: true })
    globalThis.fetch = answer
    await pullAll()
    expect(server.compared).toHaveLength(1)
  })
})

describe('what screens see', () => {
  it('shows a waiting creation at once, and the server’s row afterwards without a gap', async () => {
    const id = newId()
    await save([{ entity: 'customer', id, fields: { name: '孙先生', phone: '+8613800138000', store_id: 'store-1' } }])
    expect((await once(rowsOf('customer'))).map(({ body, pending }) => [body.name, pending])).toEqual([['孙先生', true]])
    await drain(stage.outbox, 'credential', 0)
    expect(await once(rowOf('customer', id))).toMatchObject({ pending: true })
    const arrived = row('customer', id, 9, { name: '孙先生', owner_id: 'bo' })
    server.frames = [[{ s: [DESK], rows: [arrived], head: true, digest: { [DESK]: digestOf(arrived) } }]]
    await new Promise((resolve) => setTimeout(resolve, 2))
    await pullAll()
    expect(await once(rowOf('customer', id))).toMatchObject({ pending: false, version: 9, body: { owner_id: 'bo' } })
  })
  it('keeps an acknowledged change in view until a pull that began after it', async () => {
    const a = row('customer', 'a', 1, { name: '赵女士', budget: '6 万' })
    server.frames = [[{ s: [DESK], rows: [a], cursor: '1', head: true, digest: { [DESK]: digestOf(a) } }]]
    await pullAll()
    await save([{ entity: 'customer', id: 'a', base: 1, fields: { budget: '8 万' } }])
    await drain(stage.outbox, 'credential', 0)
    expect(await once(rowOf('customer', 'a'))).toMatchObject({ body: { budget: '8 万' }, pending: true })
  })
  it('lets go of what was received also when the phone’s clock was put back since', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 })
    await save([{ entity: 'customer', id: 'a', base: 1, fields: { budget: '8 万' } }])
    await drain(stage.outbox, 'credential', 0)
    vi.useRealTimers()
    const a = row('customer', 'a', 2, { name: '赵女士', budget: '9 万' })
    server.frames = [[{ s: [DESK], rows: [a], head: true, digest: { [DESK]: digestOf(a) } }]]
    await pullAll()
    expect(await once(rowOf('customer', 'a'))).toMatchObject({ body: { budget: '9 万' }, pending: false })
  })
  it('finds a merged record under the id this phone first gave it, with what was written there', async () => {
    const theirs = row('customer', 'theirs', 3, { name: '赵女士' })
    await save([{ entity: 'customer', id: 'mine', fields: { name: '小赵' } }])
    server.judge = () => [{ n: 1, o: 'duplicate', of: 'theirs' }]
    await drain(stage.outbox, 'credential', 0)
    server.frames = [[{ s: [DESK], rows: [theirs], head: true, digest: { [DESK]: digestOf(theirs) } }]]
    await pullAll()
    await save([{ entity: 'comment', id: newId(), fields: { customer_id: 'mine', text: '要白橡木' } }])
    expect(await once(rowOf('customer', 'mine'))).toMatchObject({ id: 'theirs', body: { name: '赵女士' } })
    expect((await once(treeOf('theirs'))).map(({ entity }) => entity).sort()).toEqual(['comment', 'customer'])
  })
  it('does not lose from view what became part of a record that has not come yet', async () => {
    await save([{ entity: 'customer', id: 'mine', fields: { name: '小赵' } }])
    server.judge = () => [{ n: 1, o: 'duplicate', of: 'theirs' }]
    await drain(stage.outbox, 'credential', 0)
    for (const id of ['mine', 'theirs']) expect(await once(rowOf('customer', id))).toMatchObject({ body: { name: '小赵' } })
  })
  it('reads only what a frame touched, and leaves the other rows the same objects', async () => {
    const many = Array.from({ length: 50 }, (_, i) => row('customer', `c${i}`, i + 1, { name: `客户 ${i}` }))
    const changed = row('customer', 'c7', 99, { name: '改过' })
    const after = many.map((one) => (one[1] === 'c7' ? changed : one)).filter((one) => one[1] !== 'c9')
    server.frames = [[{ s: [DESK], rows: many, head: true, digest: { [DESK]: digestOf(...many) } }],
      [{ s: [DESK], rows: [changed], gone: [[0, 'customer', 'c9', 98]], head: true, digest: { [DESK]: digestOf(...after) } }]]
    await pullAll()
    const seen: Map<string, unknown>[] = []
    const reading = rowsOf('customer').subscribe((rows) => seen.push(new Map(rows.map((one) => [one.id, one]))))
    await new Promise((resolve) => setTimeout(resolve, 50))
    await pullAll()
    await new Promise((resolve) => setTimeout(resolve, 50))
    reading.unsubscribe()
    expect(seen.at(-1)!.size).toBe(49)
    expect(seen.at(-1)!.get('c7')).toMatchObject({ body: { name: '改过' } })
    expect(seen.at(-1)!.get('c8')).toBe(seen[0]!.get('c8'))
  })
})
