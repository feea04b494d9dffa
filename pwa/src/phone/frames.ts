import { EMPTY, lanesOf, sameDigest, withoutRow, withRow, type Digest } from '../sync/digest'
import type { Frame, WireRow } from '../sync/wire'
import type { EntityName } from '../model'
import type { CacheDatabase, StoredRow } from './databases'

type Digests = Record<string, Digest>
const AT_A_TIME = 500

/** Applies one frame and its cursor in one transaction: a cut costs at most this frame. */
export async function applyFrame(cache: CacheDatabase, frame: Frame): Promise<void> {
  await cache.transaction('rw', cache.rows, cache.meta, async () => {
    if (frame.resync) await forget(cache)
    const book = await openBook(cache)
    for (const scope of frame.dropped ?? []) await dropScope(cache, scope, book)
    await takeRows(cache, frame, book)
    await leave(cache, frame, book)
    await cache.meta.bulkPut([{ key: 'digests', value: book.digests }, { key: 'frame', value: book.frame }])
    if (frame.digest) await cache.meta.put({ key: 'said', value: frame.digest })
    // The new cursor carries what was asked to be sent again; it need not be asked twice.
    if (frame.cursor !== undefined) await cache.meta.put({ key: 'cursor', value: frame.cursor }).then(() => cache.meta.delete('resend'))
    if (frame.head || (frame.part ?? 0) > 0) await cache.meta.put({ key: 'usable', value: true })
  })
}

/** The scopes whose stored rows do not add up to what the server last said. */
export async function differing(cache: CacheDatabase): Promise<string[]> {
  const { digests } = await openBook(cache)
  const said = ((await cache.meta.get('said'))?.value as Digests | undefined) ?? {}
  const scopes = new Set([...Object.keys(said), ...Object.keys(digests)])
  return [...scopes].filter((scope) => !sameDigest(said[scope], digests[scope]))
}

/** Forgets scopes and remembers to ask for them, even if the asking is cut short. */
export async function forgetScopes(cache: CacheDatabase, scopes: string[]): Promise<void> {
  await cache.transaction('rw', cache.rows, cache.meta, async () => {
    const book = await openBook(cache)
    for (const scope of scopes) await dropScope(cache, scope, book)
    await cache.meta.bulkPut([{ key: 'digests', value: book.digests }, { key: 'frame', value: book.frame }, { key: 'resend', value: scopes }])
  })
}

/** Forgets everything pulled and the cursor; the outbox is elsewhere and stays. */
export async function forgetAll(cache: CacheDatabase): Promise<void> {
  await cache.transaction('rw', cache.rows, cache.meta, () => forget(cache))
}

interface Book { digests: Digests; frame: number }

async function openBook(cache: CacheDatabase): Promise<Book> {
  const [digests, frame] = await cache.meta.bulkGet(['digests', 'frame'])
  return { digests: { ...((digests?.value as Digests | undefined) ?? {}) }, frame: ((frame?.value as number | undefined) ?? 0) + 1 }
}

async function forget(cache: CacheDatabase): Promise<void> {
  await cache.rows.clear()
  await cache.meta.bulkDelete(['digests', 'cursor', 'said', 'resend', 'devices'])
}

async function takeRows(cache: CacheDatabase, frame: Frame, book: Book): Promise<void> {
  const rows = frame.rows ?? []
  for (let at = 0; at < rows.length; at += AT_A_TIME) {
    const slice = rows.slice(at, at + AT_A_TIME)
    const before = await cache.rows.bulkGet(slice.map(([, id]) => id))
    const after = slice.map((wire, i) => stored(wire, frame.s ?? [], before[i], book.frame))
    after.forEach((row, i) => account(book.digests, before[i], row))
    await cache.rows.bulkPut(after)
  }
}

function stored(wire: WireRow, scopes: string[], before: StoredRow | undefined, frame: number): StoredRow {
  const [entity, id, version, root, indexes, body, meta] = wire
  // The server's array may grow: what a newer one adds is not ours to read.
  const [by = null, at = 0, received_at = null, captured_at = at] = meta ?? []
  const named = indexes.map((index) => scopes[index]!)
  // The same version in a frame of its own means one more scope, not another set of scopes.
  const held = before?.version === version ? [...new Set([...before.scopes, ...named])] : named
  const [hi, lo] = lanesOf(entity, id, version)
  return { id, entity: entity as EntityName, root, version, scopes: held.sort(), body, by, at, received_at, captured_at, frame, hi, lo }
}

function account(digests: Digests, before: StoredRow | undefined, after: StoredRow | undefined): void {
  for (const scope of before?.scopes ?? []) digests[scope] = withoutRow(digests[scope] ?? EMPTY, [before!.hi, before!.lo])
  for (const scope of after?.scopes ?? []) digests[scope] = withRow(digests[scope] ?? EMPTY, [after!.hi, after!.lo])
}

async function leave(cache: CacheDatabase, frame: Frame, book: Book): Promise<void> {
  for (const [index, , id, version] of frame.gone ?? []) {
    const row = await cache.rows.get(id)
    // A row that came back later holds a higher version and stays.
    if (row && row.version <= version) await takeOut(cache, row, frame.s![index]!, book)
  }
}

async function dropScope(cache: CacheDatabase, scope: string, book: Book): Promise<void> {
  const rows = await cache.rows.where('scopes').equals(scope).toArray()
  for (const row of rows) await takeOut(cache, row, scope, book)
  delete book.digests[scope]
}

async function takeOut(cache: CacheDatabase, row: StoredRow, scope: string, book: Book): Promise<void> {
  if (!row.scopes.includes(scope)) return
  const left = { ...row, scopes: row.scopes.filter((held) => held !== scope), frame: book.frame }
  account(book.digests, row, left)
  if (left.scopes.length) await cache.rows.put(left)
  else await cache.rows.delete(row.id)
}
