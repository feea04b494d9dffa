import { get } from 'svelte/store'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { newId } from '../sync/uuid7'
import { outboxOf, phoneDatabase, type OutboxDatabase } from './databases'
import { putFarewell } from './farewells'
import { syncNow } from './loop'
import { lock, needsSignIn, open, vouch } from './session'
import { FakeServer, newPhone, type Stage } from './stage'
import { exchange, IDLE } from './status'

/** Locks as a browser has them, of one page. */
function locks() {
  const held = new Set<string>()
  return { request: async (name: string, ...rest: unknown[]) => {
    const [run, { ifAvailable = false } = {}] = [...rest].reverse() as [(lock: object | null) => unknown, { ifAvailable?: boolean }?]
    if (held.has(name) && ifAvailable) return run(null)
    while (held.has(name)) await new Promise((resolve) => setTimeout(resolve, 1))
    held.add(name)
    try { return await run({}) } finally { held.delete(name) }
  } }
}
const photo = () => ({ id: newId(), subject_id: 's', sha256: '', bytes: 1, blob: new ArrayBuffer(1), type: 'image/jpeg', upload_url: null, sent_bytes: 0, kept_at: Date.now(), state: 'waiting' as const })
let stage: Stage
/** A colleague's, whose turn is before this person's. */
let theirs: OutboxDatabase

beforeEach(async () => {
  vi.stubGlobal('document', { visibilityState: 'hidden' })
  vi.stubGlobal('navigator', { userAgent: 'a phone', onLine: true, locks: locks() })
  await phoneDatabase().settings.clear()
  stage = await newPhone()
  const [org_id, staff_id] = [stage.who.org.id, '0']
  await phoneDatabase().people.put({ key: `${org_id}-${staff_id}`, org_id, staff_id, person: { ...stage.who, staff_id }, device: null, credential: 'theirs', shared: true, pin: { salt: '', hash: '' }, contact_at: 0 })
  theirs = outboxOf(org_id, staff_id)
  new FakeServer().install()
  await open((await phoneDatabase().people.get(stage.key))!)
  vouch(stage.who)
  exchange.set(IDLE)
})
function takesPhotos(): void {
  const others = globalThis.fetch
  globalThis.fetch = ((path: string, init?: RequestInit) => {
    if (!path.startsWith('/photos')) return others(path, init)
    return Promise.resolve(init?.method === 'POST' ? new Response('', { status: 201, headers: { Location: '/photos/uploads/1' } }) : new Response(null, { status: 204, headers: { 'Upload-Offset': '1' } }))
  }) as typeof fetch
}
/** What the server says to a request with the colleague's credential. */
function toThem(path: string, answer: () => Response): void {
  const others = globalThis.fetch
  globalThis.fetch = ((at: string, init?: RequestInit) => (at === path && JSON.stringify(init?.headers ?? {}).includes('theirs') ? Promise.resolve(answer()) : others(at, init))) as typeof fetch
}

describe('a phone that colleagues share', () => {
  it('is neither offline nor held up because a revoked colleague’s photo finds no place at the server', async () => {
    takesPhotos()
    toThem('/photos/uploads', () => new Response('{}', { status: 429 }))
    toThem('/sync/push', () => Response.json({ v: 1, now: Date.now(), next: 1, contact_at: 1, done: [1, 0], revoked: 'lost' }))
    await theirs.photos.put(photo())
    await stage.outbox.photos.put(photo())
    await putFarewell({ key: `${stage.who.org.id}-0`, name: '陈晨', shared: true, why: 'lost', at: 1, handed: 0, unsent: 0, photos: 1, wiped: false })
    await syncNow()
    expect(get(exchange)).toMatchObject({ reachable: true, stuck: '' })
    await expect.poll(async () => (await stage.outbox.photos.toArray()).map(({ state }) => state), { timeout: 4_000 }).toEqual(['stored'])
  })
  it('sends the photos of one though those of another find no place at the server', async () => {
    takesPhotos()
    toThem('/photos/uploads', () => new Response('{}', { status: 429 }))
    await theirs.photos.put(photo())
    await stage.outbox.photos.put(photo())
    await syncNow()
    await expect.poll(async () => (await stage.outbox.photos.toArray()).map(({ state }) => state), { timeout: 4_000 }).toEqual(['stored'])
    expect((await theirs.photos.toArray()).map(({ state }) => state)).toEqual(['waiting'])
  })
  it.each([[401, 'bad_credential'], [403, 'foreign_origin'], [400, 'invalid']])('does not tell one person of what only a colleague can put right (%i)', async (status, code) => {
    toThem('/sync/push', () => Response.json({ error: { code } }, { status }))
    await theirs.operations.put({ seq: 1, unit: 1, entity: 'comment', id: newId(), root: 'a', fields: {}, base: null, cites: null, captured_at: 1, saved_at: 1, state: 'waiting', laid: 1, receipt: null, settled: 0 })
    await syncNow()
    expect(get(exchange)).toMatchObject({ reachable: true, stuck: '' })
  })
  it('does not ask the next one to sign in because a pull for the one before was turned away late', async () => {
    const others = globalThis.fetch
    let answered!: (answer: Response) => void
    globalThis.fetch = ((path: string, init?: RequestInit) => (path === '/sync/pull' ? new Promise((resolve) => { answered = resolve }) : others(path, init))) as typeof fetch
    const round = syncNow()
    await expect.poll(() => answered).toBeDefined()
    lock()
    await open((await phoneDatabase().people.get(`${stage.who.org.id}-0`))!)
    answered(new Response('{}', { status: 401 }))
    await round
    expect(get(needsSignIn)).toBe(false)
  })
})
