import { get } from 'svelte/store'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { newId } from '../sync/uuid7'
import { canary, countUnsent, forgetLoss, rememberCount, rememberSave, tellLosses } from './canary'
import { OutboxDatabase, phoneDatabase, type PendingPhoto } from './databases'
import { dropDraft, keepDraft, readDraft } from './drafts'
import { noteSave, offersInstall } from './firstSave'
import { journalOf } from './journal'
import { once } from './live'
import { importJournals, syncNow } from './loop'
import { deviceOf, save, waiting, whenSaved, type Draft } from './outbox'
import { mindSpace, spaceOf } from './room'
import { vouch } from './session'
import { FakeServer, newPhone, row, type Stage } from './stage'
import { exchange, statusOf, IDLE } from './status'
import { troubles } from './trouble'

const MB = 1_048_576
const comment = (text: string): Draft => ({ entity: 'comment', id: newId(), fields: { customer_id: 'c', text } })
const photo = (state: PendingPhoto['state'], id = newId()): PendingPhoto =>
  ({ id, subject_id: 's', sha256: '', bytes: 1, blob: new ArrayBuffer(1), type: 'image/jpeg', upload_url: null, sent_bytes: 0, state, kept_at: Date.now() })
const photoFact = (id: string): Draft => ({ entity: 'photo', id, fields: { subject_id: 's', kind: 'other' } })
const full = () => new DOMException('full', 'QuotaExceededError')
let stage: Stage
let cookies: string
let left_mb: number

beforeEach(async () => {
  stage = await newPhone()
  await phoneDatabase().settings.clear()
  localStorage.clear()
  troubles.set(new Set())
  vi.restoreAllMocks()
  cookies = ''
  left_mb = 1000
  vi.stubGlobal('document', { get cookie() { return cookies }, set cookie(text: string) { cookies = text.split(';')[0]! } })
  vi.stubGlobal('navigator', { storage: { estimate: async () => ({ usage: 5 * MB, quota: (left_mb + 5) * MB }), persisted: async () => false, persist: async () => true } })
})

describe('a phone whose databases the browser threw away', () => {
  const evict = () => phoneDatabase().settings.clear()

  it('has nothing to tell on its first day, nor later', async () => {
    expect([await canary(), await canary()]).toEqual([null, null])
  })
  it('says whose work was lost, how much and since when, until somebody has read it', async () => {
    await canary()
    const people = [{ key: 'k', name: '薄文', records: 3, photos: 1, oldest_at: 7 }]
    rememberCount(people)
    await evict()
    expect(await canary()).toMatchObject({ unsent: { people } })
    expect(await canary()).toMatchObject({ unsent: { people } })
    await forgetLoss()
    expect(await canary()).toBeNull()
  })
  it('still knows what was lost when the app ran on for a while over empty databases', async () => {
    await canary()
    const people = [{ key: 'k', name: '薄文', records: 3, photos: 1, oldest_at: 7 }]
    rememberCount(people)
    await evict()
    await phoneDatabase().people.clear()
    await countUnsent()
    expect(await canary()).toMatchObject({ unsent: { people } })
  })
  it('knows of a save in the moment in which it is told, even where a count began before', async () => {
    await canary()
    whenSaved(rememberSave)
    const counting = countUnsent()
    await save([comment('喜欢原木色'), comment('周末再来')])
    await counting
    await evict()
    expect((await canary())?.unsent?.people).toMatchObject([{ key: stage.key, records: 2, photos: 0 }])
  })
  it('tells the server once it answers, though its people have read of it, and no other organisation’s', async () => {
    await canary()
    const lost = { name: '薄文', records: 3, photos: 1, oldest_at: 7 }
    rememberCount([{ key: stage.key, ...lost }, { key: `${stage.who.org.id}-xia`, ...lost }, { key: 'other-org-wu', ...lost }])
    await evict()
    await canary()
    await forgetLoss()
    const told: { id: string; people: object[] }[] = []
    const answers = [503, 204]
    globalThis.fetch = (async (_: string, init: RequestInit) => {
      told.push(JSON.parse(String(init.body)))
      return new Response(null, { status: answers.shift()! })
    }) as typeof fetch
    for (let round = 0; round < 3; round += 1) await tellLosses(stage.who)
    expect(told.map(({ people }) => people)).toEqual(Array(2).fill([stage.who.staff_id, 'xia'].map((staff_id) => ({ staff_id, records: 3, photos: 1, oldest_at: 7 }))))
    expect(told[1]!.id).toBe(told[0]!.id)
  })
  it('does not claim that nothing was lost where only the cookie is left', async () => {
    await canary()
    await evict()
    localStorage.clear()
    expect(await canary()).toMatchObject({ unsent: null })
  })
})

describe('a phone without room', () => {
  const refuseUntil = (isFree: () => Promise<boolean>) => {
    const original = OutboxDatabase.prototype.transaction
    return vi.spyOn(OutboxDatabase.prototype, 'transaction').mockImplementation(async function (this: OutboxDatabase, ...words: unknown[]) {
      if (words[0] === 'rw' && words.length > 3 && !(await isFree())) throw full()
      return (original as (...all: unknown[]) => unknown).apply(this, words)
    } as never)
  }

  it('drops what the server has, then saves; what is unsent stays', async () => {
    await stage.outbox.photos.bulkPut([photo('stored', 'on-server'), photo('waiting', 'here-only')])
    refuseUntil(async () => (await stage.outbox.photos.get('on-server')) === undefined)
    await save([comment('想看橡木')])
    expect((await once(waiting())).map(({ fields }) => fields.text)).toEqual(['想看橡木'])
    expect(await stage.outbox.photos.toCollection().primaryKeys()).toEqual(['here-only'])
    expect(get(troubles).size).toBe(0)
  })
  it('keeps the words when only the bytes of a photo do not fit, and says which is which', async () => {
    const put = IDBObjectStore.prototype.put
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, row: { blob?: unknown }, key) {
      if (row.blob) throw full()
      return put.call(this, row, key)
    })
    const taken = photo('waiting')
    await save([comment('量了尺寸'), photoFact(taken.id)], [taken])
    expect((await once(waiting())).map(({ entity }) => entity)).toEqual(['comment'])
    expect([...get(troubles)]).toEqual(['photos_lost'])
    await expect(save([photoFact(taken.id)], [taken])).rejects.toMatchObject({ name: 'NotSaved', kept: false })
  })
  it('brings the reserve into the outbox once, though somebody saved the same again', async () => {
    const refusing = refuseUntil(async () => false)
    await save([comment('预算 8 万')]).catch(() => {})
    expect(statusOf({ known: true, waiting: 0, photos: 0, attention: 0, synced_at: 1, oldest_at: null, proven_at: 1, usable: true, whole: true }, IDLE, get(troubles).has('journaled')).kind).toBe('attention')
    refusing.mockRestore()
    await save([comment('预算 8 万')])
    await importJournals()
    expect((await once(waiting())).map(({ fields }) => fields.text)).toEqual(['预算 8 万'])
    expect(journalOf(stage.who.org.id, stage.who.staff_id)).toEqual([])
    expect(get(troubles).size).toBe(0)
  })
  it('warns before it is full, and turns photos away before words', async () => {
    expect([spaceOf(null), spaceOf(100 * MB), spaceOf(100 * MB - 1), spaceOf(25 * MB), spaceOf(25 * MB - 1)]).toEqual(['plenty', 'plenty', 'low', 'low', 'words_only'])
    await stage.outbox.photos.bulkPut([photo('stored', 'on-server'), photo('refused', 'to-be-seen')])
    left_mb = 60
    expect([await mindSpace(), [...get(troubles)], await stage.outbox.photos.toCollection().primaryKeys()]).toEqual(['low', ['low'], ['to-be-seen']])
    left_mb = 10
    expect([await mindSpace(), [...get(troubles)]]).toEqual(['words_only', ['words_only']])
    left_mb = 500
    expect([await mindSpace(), [...get(troubles)]]).toEqual(['plenty', []])
  })
  it('sends what waits as soon as what could go has gone, though no round could begin', async () => {
    const { put, delete: drop } = IDBObjectStore.prototype
    await save([comment('想看橡木')])
    await stage.outbox.photos.bulkPut([photo('stored', 'on-server'), photo('waiting', 'here-only')])
    const server = new FakeServer().install()
    let is_full = true
    vi.spyOn(console, 'error').mockImplementation(() => {})
    vi.spyOn(IDBObjectStore.prototype, 'delete').mockImplementation(function (this: IDBObjectStore, key) {
      is_full &&= key !== 'on-server'
      return drop.call(this, key)
    })
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, row: unknown, key) {
      if (is_full) throw full()
      return put.call(this, row, key)
    })
    await syncNow()
    await syncNow()
    expect([...server.taken.values()].map(({ entity }) => entity)).toEqual(['comment'])
    expect(await stage.outbox.photos.toCollection().primaryKeys()).toEqual(['here-only'])
  })
  it('sends what waits though nothing can go and not a word can be written', async () => {
    await save([comment('想看橡木')])
    await deviceOf(stage.outbox)
    await stage.outbox.photos.put(photo('waiting'))
    const server = new FakeServer().install()
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const refusing = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => { throw full() })
    await syncNow()
    await expect.poll(() => server.calls).toContain('POST /photos/uploads')
    expect([server.taken.size, get(troubles).has('words_only')]).toEqual([1, true])
    refusing.mockRestore()
    await syncNow()
    expect((await stage.outbox.operations.toArray()).map(({ state }) => state)).toEqual(['sent'])
  })
  it('says that it is full, not that there is no network, when it has no room for what is new', async () => {
    const put = IDBObjectStore.prototype.put
    const server = new FakeServer().install()
    vi.stubGlobal('navigator', { ...navigator, onLine: true })
    server.frames = [[{ s: ['staff:me'], rows: [row('customer', 'a', 1)], cursor: '1', head: true, digest: {} }]]
    const refusing = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value: { version?: number; key?: string }, key) {
      if (value.version || value.key === 'probe') throw full()
      return put.call(this, value, key)
    })
    vouch(stage.who)
    await syncNow()
    refusing.mockRestore()
    expect(get(exchange)).toMatchObject({ reachable: true, stuck: 'full' })
    expect(get(troubles).has('words_only')).toBe(true)
  })
  it('believes a write that failed more than a browser that says the same of every phone', async () => {
    const put = IDBObjectStore.prototype.put
    const refusing = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => { throw full() })
    await save([comment('写不进去')]).catch(() => {})
    expect([await mindSpace(), get(troubles).has('words_only')]).toEqual(['words_only', true])
    refusing.mockImplementation(function (this: IDBObjectStore, row: { key?: string }, key) {
      return put.call(this, row, key)
    })
    expect([await mindSpace(), get(troubles).has('words_only')]).toEqual(['plenty', false])
  })
})

describe('a handle that dies', () => {
  const connection = () => (stage.outbox as unknown as { idbdb: IDBDatabase }).idbdb

  it('is opened anew when the browser closed the connection', async () => {
    await save([comment('一')])
    connection().close()
    connection().onclose?.(new Event('close'))
    await save([comment('二')])
    expect((await once(waiting())).map(({ fields }) => fields.text)).toEqual(['一', '二'])
  })
  it.each(['UnknownError', 'InvalidStateError', 'AbortError'])('is opened anew after %s, and screens go on reading', async (name) => {
    const screen = stage.outbox
    await screen.open()
    vi.spyOn(screen, 'transaction').mockImplementationOnce(() => { throw new DOMException('connection lost', name) })
    await save([comment('三')])
    expect(await screen.operations.count()).toBe(1)
  })
  it('of the pulled rows costs no photo of a save: what another tab closed can be pulled again', async () => {
    const [visit, taken] = [newId(), photo('waiting')]
    stage.cache.close()
    await save([{ entity: 'visit', id: visit, fields: { store_id: 'store-1' } }, { entity: 'photo', id: taken.id, fields: { subject_id: visit } }], [taken])
    expect([(await once(waiting())).map(({ root }) => root), await stage.outbox.photos.count(), get(troubles).size]).toEqual([[visit, visit], 1, 0])
  })
  it('keeps what is being typed, though nothing can be written', async () => {
    const refusing = vi.spyOn(stage.outbox.drafts, 'put').mockRejectedValue(new DOMException('', 'UnknownError') as never)
    await keepDraft('comment:c', '还没写完')
    expect(await readDraft('comment:c')).toBe('还没写完')
    await expect(keepDraft('photos', [photo('waiting')])).rejects.toThrow()
    refusing.mockRestore()
    await keepDraft('comment:c', '写完了')
    expect(await readDraft('comment:c')).toBe('写完了')
    await dropDraft('comment:c')
    expect(await readDraft('comment:c')).toBeUndefined()
  })
})

it('asks the browser to keep the data with the first record, and offers to install from then on', async () => {
  const persist = vi.spyOn(navigator.storage, 'persist')
  expect(await once(offersInstall())).toBe(false)
  await noteSave()
  await noteSave()
  expect([await once(offersInstall()), persist.mock.calls.length]).toEqual([true, 1])
})
