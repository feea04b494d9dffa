import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { OutboxDatabase } from '../phone/databases'
import { settings } from '../phone/settings'
import { drainPhotos, progressOf } from './queue'

let outbox: OutboxDatabase
let received: Map<string, number>
let online: boolean

/** The server's side of tus, one counter of bytes for each upload. */
async function serve(address: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  if (!online) throw new TypeError('offline')
  const path = new URL(String(address), 'http://shop.test').pathname
  if (init.method === 'POST') {
    const place = `/photos/uploads/${received.size + 1}`
    received.set(place, 0)
    return new Response(null, { status: 201, headers: { Location: place, 'Upload-Offset': '0' } })
  }
  if (init.method === 'PATCH') received.set(path, (received.get(path) ?? 0) + (init.body as ArrayBuffer).byteLength)
  return new Response(null, { status: init.method === 'PATCH' ? 204 : 200, headers: { 'Upload-Offset': String(received.get(path)) } })
}

beforeEach(async () => {
  outbox = new OutboxDatabase('org', `staff-${Math.random()}`)
  received = new Map()
  online = true
  vi.stubGlobal('fetch', serve)
  await outbox.photos.bulkPut(['a', 'b'].map((id) => ({
    id, subject_id: 's', sha256: id, bytes: 9, blob: new ArrayBuffer(9), type: 'image/jpeg', upload_url: null, sent_bytes: 0, state: 'waiting' as const, kept_at: Date.now(),
  })))
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await outbox.delete()
})

const errand = () => ({ outbox, org: 'demo', credential: 'device' })

test('a phone that is to wait for Wi-Fi sends none by a paid network, and all where nobody says what it is', async () => {
  settings.update((now) => ({ ...now, photos: 'wifi' }))
  const frugal = () => drainPhotos({ ...errand(), frugal: true })
  vi.stubGlobal('navigator', { connection: { type: 'cellular' } })
  expect([await frugal(), received.size]).toEqual(['later', 0])
  // What a revoked phone owes does not wait.
  expect([await drainPhotos(errand()), received.size]).toEqual(['done', 2])
  await outbox.photos.toCollection().modify({ state: 'waiting', blob: new ArrayBuffer(9), upload_url: null, sent_bytes: 0 })
  vi.stubGlobal('navigator', {})
  expect([await frugal(), received.size]).toEqual(['done', 4])
  settings.update((now) => ({ ...now, photos: 'any' }))
})

test('every photo goes once, and only then do its bytes leave the phone', async () => {
  expect(await drainPhotos(errand())).toBe('done')
  expect([...received.values()]).toEqual([9, 9])
  expect((await outbox.photos.toArray()).map(({ state, blob }) => [state, blob.byteLength])).toEqual([['stored', 0], ['stored', 0]])
  expect(await drainPhotos(errand())).toBe('done')
  expect(received.size).toBe(2)
})

test('without a network everything stays, and goes when it is back', async () => {
  online = false
  expect(await drainPhotos(errand())).toBe('later')
  expect((await outbox.photos.toArray()).map(({ state, blob }) => [state, blob.byteLength])).toEqual([['waiting', 9], ['waiting', 9]])
  online = true
  expect(await drainPhotos(errand())).toBe('done')
})

test('a restart goes on with the upload it remembers', async () => {
  received.set('/photos/uploads/1', 4)
  await outbox.photos.update('a', { upload_url: '/photos/uploads/1', sent_bytes: 4, state: 'sending' })
  expect(await drainPhotos(errand())).toBe('done')
  expect(received.get('/photos/uploads/1')).toBe(9)
})

test('progress counts what is still on the phone', () => {
  expect(progressOf([{ id: 'a', state: 'stored', bytes: 5, sent_bytes: 5 }, { id: 'b', state: 'sending', bytes: 9, sent_bytes: 4 }, { id: 'c', state: 'waiting', bytes: 2, sent_bytes: 0 }]))
    .toEqual({ photos: 2, sent: 1, bytes: 11, sent_bytes: 4, each: [{ id: 'b', bytes: 9, sent_bytes: 4 }, { id: 'c', bytes: 2, sent_bytes: 0 }] })
})

test('photos leave a phone on which not a word can be written, and make room', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  const full = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => { throw new DOMException('full', 'QuotaExceededError') })
  const drained = await drainPhotos(errand())
  full.mockRestore()
  expect([drained, [...received.values()], await outbox.photos.count()]).toEqual(['done', [9, 9], 0])
})
