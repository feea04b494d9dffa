import { get } from 'svelte/store'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { firstSyncOf } from '../frame/firstSync'
import { goneLines } from '../identity/gone'
import { learnRest } from '../words'
import { newId } from '../sync/uuid7'
import { Dexie } from 'dexie'
import { keepDraft, readDraft } from './drafts'
import { closeDatabases, OutboxDatabase, outboxOf, phoneDatabase } from './databases'
import { enrolDevice } from './enrolment'
import { farewellOf, forgetFarewell, putFarewell } from './farewells'
import { addToJournal, journalOf } from './journal'
import { syncNow } from './loop'
import { once } from './live'
import { save } from './outbox'
import { rowsOf } from './rows'
import { heedFarewells } from './revocation'
import { knownPeople, lock, needsSignIn, open, person, phase, startSession, vouch } from './session'
import { digestOf, FakeServer, newPhone, row, type Stage } from './stage'
import { exchange, IDLE, status, statusOf, type Status } from './status'

let stage: Stage
let server: FakeServer
const comment = (text = '好') => save([{ entity: 'comment', id: newId(), fields: { customer_id: 'a', text } }])
const photo = (id = newId()) => ({ id, subject_id: 's', sha256: '', bytes: 1, blob: new ArrayBuffer(1), type: 'image/jpeg', upload_url: null, sent_bytes: 0, kept_at: 0, state: 'waiting' as const })
const databases = async () => (await Dexie.getDatabaseNames()).filter((name) => name.includes(stage.who.staff_id))
const enrolments = () => server.calls.filter((call) => call === 'POST /api/devices').length
const told = () => farewellOf(stage.key)

beforeEach(async () => {
  vi.stubGlobal('document', { visibilityState: 'hidden' })
  vi.stubGlobal('navigator', { userAgent: 'a phone', onLine: true })
  localStorage.clear()
  await phoneDatabase().settings.clear()
  stage = await newPhone()
  server = new FakeServer().install()
  await open((await phoneDatabase().people.get(stage.key))!)
  vouch(stage.who)
  exchange.set(IDLE)
  const a = row('customer', 'a', 1, { name: '赵女士' })
  server.frames = [[{ s: ['staff:me'], rows: [a], cursor: '1', head: true, digest: { 'staff:me': digestOf(a) } }]]
  await syncNow()
  expect(await stage.cache.rows.count()).toBe(1)
  await learnRest()
})
afterAll(() => vi.unstubAllGlobals())

describe('a phone that was revoked as lost or replaced', () => {
  it('hands over what is unsent, wipes everything of its person, and says how much went to the manager', async () => {
    await comment()
    await comment()
    await keepDraft('follow', { text: '还没写完' })
    addToJournal(stage.who.org.id, stage.who.staff_id, { unit: [{ entity: 'comment', id: newId(), fields: { text: '在备用处' } }], captured_at: 1 })
    server.revoked = 'lost'
    await syncNow()
    expect(server.taken.size).toBe(3)
    expect(await told()).toMatchObject({ why: 'lost', handed: 3, unsent: 0, photos: 0, wiped: true })
    expect([await databases(), get(person), get(phase)]).toEqual([[], null, 'out'])
    expect(await phoneDatabase().people.count()).toBe(0)
    expect(goneLines((await told())!)).toEqual(['没同步的 3 条记录已交给店长，由店长决定是否放行。', '薄文 的客户资料已从这部手机上全部清除。'])
  })
  it('is not wiped of what no push could carry until its person says so', async () => {
    await comment('毒')
    server.judge = ({ units }) => (units.length ? new Response('{}', { status: 400 }) : [])
    await syncNow()
    server.revoked = 'lost'
    await syncNow()
    expect(await told()).toMatchObject({ unsent: 1, wiped: false })
    expect(await stage.outbox.operations.count()).toBe(1)
  })
  it('is not wiped of a reserve that its storage does not take back', async () => {
    const [org, staff] = [stage.who.org.id, stage.who.staff_id]
    addToJournal(org, staff, { unit: [{ entity: 'comment', id: newId(), fields: { text: '在备用处' } }], captured_at: 1 })
    const { transaction } = OutboxDatabase.prototype
    const refusing = vi.spyOn(OutboxDatabase.prototype, 'transaction').mockImplementation(function (this: OutboxDatabase, ...words: unknown[]) {
      if (words.length > 4) throw new DOMException('full', 'QuotaExceededError')
      return (transaction as (...all: unknown[]) => never).apply(this, words)
    } as never)
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    server.revoked = 'lost'
    await syncNow()
    refusing.mockRestore()
    expect(await told()).toMatchObject({ unsent: 1, wiped: false })
    expect(journalOf(org, staff)).toHaveLength(1)
  })
  it('learns of it from a pull when there is nothing to send', async () => {
    server.revoked = 'replaced'
    await syncNow()
    expect(await told()).toMatchObject({ why: 'replaced', handed: 0, wiped: true })
    expect(await databases()).toEqual([])
  })
  it('learns of it by a greeting when its session ended with it', async () => {
    const answer = globalThis.fetch
    globalThis.fetch = ((path: string, init?: RequestInit) => (path === '/sync/pull' ? Promise.resolve(new Response('{}', { status: 401 })) : answer(path, init))) as typeof fetch
    server.revoked = 'lost'
    await syncNow()
    expect(await told()).toMatchObject({ why: 'lost', wiped: true })
    expect(get(needsSignIn)).toBe(false)
  })
  it('shows nothing of it from then on, even while the network is gone and work is still here', async () => {
    await comment()
    const answer = globalThis.fetch
    server.revoked = 'lost'
    globalThis.fetch = ((path: string, init?: RequestInit) => (path === '/sync/push' ? Promise.reject(new TypeError('network')) : answer(path, init))) as typeof fetch
    await syncNow()
    expect(await told()).toMatchObject({ unsent: 1, wiped: false })
    expect((await databases()).map((name) => name.includes('outbox'))).toEqual([true])
    expect([get(person), await knownPeople()]).toEqual([null, []])
    await startSession()
    expect(get(person)).toBeNull()
    expect(goneLines((await told())!)[0]).toBe('还有 1 条记录没交出去。')
    globalThis.fetch = answer
    await syncNow()
    expect(await told()).toMatchObject({ handed: 1, unsent: 0, wiped: true })
    expect(await databases()).toEqual([])
  })
  it('is obeyed by every tab', async () => {
    heedFarewells()
    await putFarewell({ key: stage.key, name: '薄文', shared: false, why: 'lost', at: 1, handed: 0, unsent: 0, photos: 0, wiped: true })
    await expect.poll(() => [get(person), get(phase)]).toEqual([null, 'out'])
  })
  it('says which photos went with it', async () => {
    await stage.outbox.photos.bulkPut([photo(), photo()])
    const answer = globalThis.fetch
    globalThis.fetch = ((path: string, init?: RequestInit) => (path.startsWith('/photos') ? Promise.resolve(Response.json({ error: { code: 'device_revoked', why: 'lost' } }, { status: 403 })) : answer(path, init))) as typeof fetch
    server.revoked = 'lost'
    await syncNow()
    expect(await told()).toMatchObject({ photos: 2, wiped: true })
    expect(goneLines((await told())!)).toContain('有 2 份照片或录音没来得及上传，一并清除了，找不回来。')
  })
  it('still says how much went to the manager when it died while it wiped', async () => {
    await putFarewell({ key: stage.key, name: '薄文', shared: false, why: 'lost', at: 1, handed: 3, unsent: 0, photos: 0, wiped: false })
    await stage.outbox.delete()
    server.revoked = 'lost'
    closeDatabases()
    await syncNow()
    expect(await told()).toMatchObject({ handed: 3, wiped: true })
  })
  it('can be enrolled anew by its person, as another device', async () => {
    const device = (await stage.outbox.meta.get('device'))?.value
    server.revoked = 'lost'
    await syncNow()
    server.revoked = null
    expect(await enrolDevice(stage.who, false)).toBe('')
    expect(await told()).toBeUndefined()
    expect((await knownPeople()).map(({ key }) => key)).toEqual([stage.key])
    expect((await outboxOf(stage.who.org.id, stage.who.staff_id).meta.get('device'))?.value).not.toBe(device)
  })
  it('is asked after for a colleague who is not at work on it', async () => {
    const other = { ...stage.who, staff_id: newId(), name: '陈晨' }
    const key = `${other.org.id}-${other.staff_id}`
    await phoneDatabase().people.put({ key, org_id: other.org.id, staff_id: other.staff_id, person: { ...other }, device: null, credential: 'theirs', shared: true, pin: null, contact_at: 0 })
    await outboxOf(other.org.id, other.staff_id).meta.put({ key: 'next_seq', value: 1 })
    const answer = globalThis.fetch
    globalThis.fetch = (async (path: string, init?: RequestInit) => {
      server.revoked = JSON.stringify(init?.headers ?? {}).includes('theirs') ? 'lost' : null
      return answer(path, init)
    }) as typeof fetch
    await syncNow()
    expect(await farewellOf(key)).toMatchObject({ name: '陈晨', wiped: true })
    expect(get(person)?.staff_id).toBe(stage.who.staff_id)
    await forgetFarewell(key)
  })
})

describe('a phone that was revoked as compromised', () => {
  it('wipes at once, the unsent and the reserve with it, and says so', async () => {
    await comment()
    addToJournal(stage.who.org.id, stage.who.staff_id, { unit: [{ entity: 'comment', id: newId(), fields: {} }], captured_at: 1 })
    server.revoked = 'compromised'
    await syncNow()
    expect(await told()).toMatchObject({ why: 'compromised', handed: 0, unsent: 2, wiped: true })
    expect([await databases(), journalOf(stage.who.org.id, stage.who.staff_id)]).toEqual([[], []])
    expect(goneLines((await told())!)[0]).toBe('有 2 条没同步的记录一并清除了，找不回来。')
  })
})

describe('a customer whom somebody else has now', () => {
  const ME = 'staff:me'
  const named = async () => (await once(rowsOf('customer'))).map(({ id, body }) => [id, body.budget]).sort()
  const [a, b, news] = [row('customer', 'a', 1, { name: '赵女士' }), row('customer', 'b', 2), row('customer', 'c', 4)]
  const full = () => new Response('{}', { status: 503 })
  beforeEach(async () => {
    server.frames = [[{ s: [ME], rows: [b], cursor: '2', head: true, digest: { [ME]: digestOf(a, b) } }]]
    await syncNow()
    await save([{ entity: 'customer', id: 'a', base: 1, fields: { budget: '8 万' } }])
    server.judge = full
    server.frames = [[{ s: [ME], rows: [news], gone: [[0, 'customer', 'a', 3], [0, 'customer', 'b', 3]], cursor: '4', head: true, digest: { [ME]: digestOf(news) } }]]
    await syncNow()
  })

  it('stays on the phone until the work about them was pushed and judged, and news come meanwhile', async () => {
    expect(await named()).toEqual([['a', '8 万'], ['c', undefined]])
    expect((await stage.cache.meta.get('differs'))?.value).toBeUndefined()
    await syncNow()
    expect((await stage.cache.rows.toArray()).map(({ id }) => id)).toEqual(['a', 'c'])
    server.judge = () => []
    await syncNow()
    expect(server.taken.size).toBe(1)
    expect((await stage.cache.rows.toArray()).map(({ id }) => id)).toEqual(['c'])
  })
  it('leaves at once when they were erased, whatever waits', async () => {
    const erasure = row('erasure', 'e', 5, { ids: ['a'], at: 1 })
    server.frames = [[{ s: [ME], rows: [erasure], cursor: '5', head: true, digest: { [ME]: digestOf(news, erasure) } }]]
    await syncNow()
    expect((await stage.cache.rows.toArray()).map(({ id }) => id)).toEqual(['c', 'e'])
    expect(await stage.outbox.operations.where('state').equals('waiting').count()).toBe(1)
  })
  it('stays also where the work names them as the record that has become part of theirs', async () => {
    await stage.outbox.aliases.put({ id: 'young', of: 'c' })
    await save([{ entity: 'comment', id: newId(), fields: { customer_id: 'young', text: '要白橡木' } }])
    server.frames = [[{ s: [ME], gone: [[0, 'customer', 'c', 7]], cursor: '7', head: true, digest: { [ME]: [0, 0, 0] } }]]
    await syncNow()
    expect((await stage.cache.rows.toArray()).map(({ id }) => id)).toEqual(['a', 'c'])
  })
  it('stays for a day while something is half-written about them, and no longer', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await keepDraft('comment:c', '写了一半')
    const digest = { [ME]: [0, 0, 0] as [number, number, number] }
    server.judge = () => []
    server.frames = [[{ s: [ME], gone: [[0, 'customer', 'c', 7]], cursor: '7', head: true, digest }]]
    await syncNow()
    expect((await stage.cache.rows.toArray()).map(({ id }) => id)).toEqual(['c'])
    vi.setSystemTime(Date.now() + 25 * 3_600_000)
    server.frames = [[{ s: [ME], cursor: '8', head: true, digest }]]
    await syncNow()
    expect(await stage.cache.rows.count()).toBe(0)
    expect(await readDraft('comment:c')).toBe('写了一半')
    vi.useRealTimers()
  })
  it('stays for good when they come back', async () => {
    const back = row('customer', 'a', 6, { name: '赵女士' })
    server.judge = () => []
    server.frames = [[{ s: [ME], rows: [back], cursor: '6', head: true, digest: { [ME]: digestOf(news, back) } }]]
    await syncNow()
    expect((await stage.cache.rows.toArray()).map(({ id }) => id)).toEqual(['a', 'c'])
    expect((await stage.cache.meta.get('differs'))?.value).toBeUndefined()
  })
})

describe('an outbox reborn', () => {
  it('is enrolled under its new name and sends on', async () => {
    expect(await enrolDevice(stage.who, false)).toBe('')
    await comment('一')
    server.judge = () => (enrolments() === 1 ? [{ n: 1, o: 'mismatch' }] : [])
    await syncNow()
    expect(enrolments()).toBe(2)
    const [first, second] = server.pushes.slice(-2)
    expect(second!.device).not.toBe(first!.device)
    expect(second!.units.flat().map(({ n }) => n)).toEqual([1])
    expect((await phoneDatabase().people.get(stage.key))?.device).toBe(second!.device)
  })
  it('never sends under its new name with the old credential', async () => {
    await enrolDevice(stage.who, false)
    await comment()
    await stage.outbox.meta.put({ key: 'device', value: newId() })
    lock()
    const before = server.pushes.length
    await syncNow()
    expect(server.pushes).toHaveLength(before)
  })
})

describe('what the phone says while it waits', () => {
  it('waits for an older server without calling itself offline', async () => {
    await comment()
    server.judge = () => Response.json({ error: { code: 'newer_schema' } }, { status: 503 })
    await syncNow()
    expect(get(exchange)).toMatchObject({ reachable: true, waits: 'newer_schema', stuck: '' })
    server.judge = () => []
    await syncNow()
    expect(get(exchange)).toMatchObject({ waits: '' })
  })
  it('keeps how far a first sync came when it was cut', async () => {
    await stage.cache.meta.clear()
    server.frames = [[{ s: ['staff:me'], rows: [], cursor: '2', part: 0, left: 3_760, total: 5_000 }]]
    await syncNow()
    expect(get(exchange).backfill).toEqual({ done: 1_240, total: 5_000 })
    expect(firstSyncOf({ known: true, synced_at: null, usable: false, whole: false }, get(exchange))).toEqual({ says: 'first_sync_waits', done: 1_240, total: 5_000 })
    expect(firstSyncOf({ known: true, synced_at: null, usable: true, whole: false }, { ...get(exchange), reachable: true })?.says).toBe('first_sync_usable')
    expect(firstSyncOf({ known: true, synced_at: 1, usable: true, whole: true }, get(exchange))).toBeNull()
  })
  it('never calls itself synced while rows are fetched again, and says how far they are, also after a cut', async () => {
    const a = row('customer', 'a', 1, { name: '赵女士' })
    const heard: Status[] = []
    const stop = status.subscribe((at) => heard.push(at))
    await expect.poll(() => heard.at(-1)?.kind).toBe('synced')
    server.frames = [[{ s: ['staff:me'], resync: true, rows: [], cursor: '2', part: 0, left: 3_760, total: 5_000 }]]
    await syncNow()
    await expect.poll(() => heard.at(-1)).toMatchObject({ kind: 'offline', whole: false, usable: false, done: 1_240, total: 5_000 })
    const going_on = { ...get(exchange), reachable: true }
    expect(statusOf(heard.at(-1)!, going_on)).toMatchObject({ kind: 'syncing', done: 1_240, total: 5_000 })
    expect(firstSyncOf(heard.at(-1)!, going_on)?.says).toBe('refetch')
    expect(firstSyncOf(heard.at(-1)!, get(exchange))?.says).toBe('refetch_waits')
    // The app was closed and opened again without a network.
    expect(firstSyncOf(heard.at(-1)!, { ...IDLE, reachable: false })?.says).toBe('sync_cut')
    server.frames = [[{ s: ['staff:me'], rows: [a], cursor: '3', head: true, digest: { 'staff:me': digestOf(a) } }]]
    await syncNow()
    await expect.poll(() => heard.at(-1)).toMatchObject({ kind: 'synced', whole: true, usable: true, total: 0 })
    stop()
  })
  it('does not call itself synced while a scope that differed is still away', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    server.frames = [[{ s: ['staff:me'], head: true, digest: { 'staff:me': [9, 9, 9] } }], [{ s: ['staff:me'], rows: [] }]]
    await syncNow()
    expect(await stage.cache.meta.get('partial')).toBeDefined()
    expect(await stage.cache.rows.count()).toBe(0)
  })
  it('says when it synced by the server’s time, though somebody set the phone’s clock', async () => {
    const [true_now, a_day] = [Date.now(), 86_400_000]
    vi.useFakeTimers({ toFake: ['Date'], now: true_now + a_day })
    await comment()
    server.clock = () => true_now
    await syncNow()
    vi.useRealTimers()
    expect(Math.abs(Number((await stage.cache.meta.get('synced_at'))?.value) - true_now)).toBeLessThan(60_000)
  })
  it('promises nothing that was saved since everything was sent, though the phone’s clock is fast', async () => {
    const [true_now, minute] = [Date.now(), 60_000]
    const pass = (minutes: number) => vi.setSystemTime(Date.now() + minutes * minute)
    vi.useFakeTimers({ toFake: ['Date'], now: true_now + 60 * minute })
    server.clock = () => Date.now() - 60 * minute
    await comment()
    await syncNow()
    pass(10)
    server.judge = () => new Response('{}', { status: 503 })
    await comment()
    pass(10)
    await syncNow()
    const heard: Status[] = []
    const stop = status.subscribe((at) => heard.push(at))
    await expect.poll(() => heard.at(-1)?.known).toBe(true)
    vi.useRealTimers()
    stop()
    expect(Math.abs(heard.at(-1)!.synced_at! - true_now - 20 * minute)).toBeLessThan(minute)
    expect(Math.abs(heard.at(-1)!.proven_at! - true_now)).toBeLessThan(minute)
  })
  it('takes back its receipt when the server no longer adds up', async () => {
    const wrong = () => [{ s: ['staff:me'], head: true, digest: { 'staff:me': [9, 9, 9] as [number, number, number] } }]
    server.frames = [wrong(), wrong(), wrong()]
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    await syncNow()
    expect((await stage.cache.meta.get('differs'))?.value).toBe(true)
    server.frames = [[{ s: ['staff:me'], resync: true, head: true, digest: {} }]]
    await syncNow()
    expect(await stage.cache.meta.get('differs')).toBeUndefined()
  })
})

describe('a round', () => {
  it('that is under way is followed by another for what was saved after it began', async () => {
    const answer = globalThis.fetch
    let pulling!: () => void
    let goOn!: () => void
    const begun = new Promise<void>((resolve) => (pulling = resolve))
    const gate = new Promise<void>((resolve) => (goOn = resolve))
    globalThis.fetch = (async (path: string, init?: RequestInit) => {
      if (path === '/sync/pull') { pulling(); await gate }
      return answer(path, init)
    }) as typeof fetch
    const first = syncNow()
    await begun
    await comment('刚存的')
    const second = syncNow()
    expect(server.taken.size).toBe(0)
    goOn()
    await Promise.all([first, second])
    await vi.waitFor(() => expect(server.taken.size).toBe(1))
    globalThis.fetch = answer
  })
})

describe('what the server pokes of', () => {
  it('counts each opening of the stream as a poke: what moved while none was open was told to nobody', async () => {
    const streams: { onopen?: () => void; close(): void }[] = []
    vi.stubGlobal('document', { visibilityState: 'visible' })
    vi.stubGlobal('EventSource', class { constructor() { streams.push(this) } close() {} })
    await syncNow()
    expect(streams).toHaveLength(1)
    const a = row('customer', 'a', 2, { name: '赵女士', need: '沙发' })
    server.frames = [[{ s: ['staff:me'], rows: [a], cursor: '2', head: true, digest: { 'staff:me': digestOf(a) } }]]
    const timed = vi.spyOn(globalThis, 'setTimeout')
    streams[0]!.onopen!()
    // A round is over when the next is due in a minute.
    await vi.waitFor(() => expect(timed.mock.calls.some(([, wait_ms]) => Number(wait_ms) > 30_000)).toBe(true))
    timed.mockRestore()
    expect((await stage.cache.rows.toArray())[0]?.version).toBe(2)
    vi.stubGlobal('document', { visibilityState: 'hidden' })
  })
})
