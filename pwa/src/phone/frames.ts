import { EMPTY, lanesOf, sameDigest, withoutRow, withRow, type Digest } from '../sync/digest'
import type { Frame, WireRow } from '../sync/wire'
import type { EntityName } from '../model'
import type { StoredRow } from './databases'
import { found, foundAll, write } from './disk'
import { dueOf } from './due'

type Digests = Record<string, Digest>
type Held = Pick<StoredRow, 'version' | 'scopes' | 'hi' | 'lo'>
/** Between two batches of one transaction the screen, if it waits for this thread, gets its turn; and readers may read
    one by one what was numbered batch by batch. */
const AT_A_TIME = 32

/** What a stream has written so far, if it began with nothing: rows that cannot be there need not be looked for. */
export interface Memory { frame: number; rows: Map<string, Held> | null }
export const nothingKnown = (): Memory => ({ frame: -1, rows: null })

/** Applies one frame and its cursor in one transaction: a cut costs at most this frame. */
export async function applyFrame(database: IDBDatabase, frame: Frame, memory: Memory = nothingKnown()): Promise<void> {
  await change(database, async (stores) => {
    if (frame.resync) forget(stores)
    const page = await openPage(stores, memory)
    for (const scope of frame.dropped ?? []) await dropScope(page, scope)
    await takeRows(page, frame)
    await leave(page, frame)
    closePage(page)
    if (frame.digest) stores.meta.put({ key: 'said', value: frame.digest })
    // The new cursor carries what was asked to be sent again; it need not be asked twice.
    if (frame.cursor !== undefined) {
      stores.meta.put({ key: 'cursor', value: frame.cursor })
      stores.meta.delete('resend')
    }
    if (frame.left && !frame.head) fallShort(stores)
    if (frame.head || (frame.part ?? 0) > 0) stores.meta.put({ key: 'usable', value: true })
  })
}

/** The scopes whose stored rows do not add up to what the server last said. */
export async function differing(database: IDBDatabase): Promise<string[]> {
  const meta = database.transaction('meta').objectStore('meta')
  const [digests, said] = (await foundAll([meta.get('digests'), meta.get('said')])).map((one) => (one?.value as Digests | undefined) ?? {})
  const scopes = new Set([...Object.keys(said!), ...Object.keys(digests!)])
  return [...scopes].filter((scope) => !sameDigest(said![scope], digests![scope]))
}

/** Forgets scopes and remembers to ask for them, even if the asking is cut short. */
export async function forgetScopes(database: IDBDatabase, scopes: string[]): Promise<void> {
  await change(database, async (stores) => {
    const page = await openPage(stores, nothingKnown())
    for (const scope of scopes) await dropScope(page, scope)
    closePage(page)
    stores.meta.put({ key: 'resend', value: scopes })
    fallShort(stores)
  })
}

/** Rows that no scope holds any more but work about them waited when they left: they go once `stays` says no of their root. */
export async function letGo(database: IDBDatabase, stays: (root: string) => boolean): Promise<void> {
  await change(database, async ({ rows, meta }) => {
    const leaving = (await found(meta.get('leaving') as IDBRequest<{ value: string[] } | undefined>))?.value ?? []
    const left = (await foundAll(leaving.map((id) => rows.get(id) as IDBRequest<StoredRow | undefined>))).filter((row) => row?.scopes.length === 0)
    for (const row of left) if (!stays(row!.root)) rows.delete(row!.id)
    meta.put({ key: 'leaving', value: left.filter((row) => stays(row!.root)).map((row) => row!.id) })
  })
}

/** Forgets everything pulled and the cursor; the outbox is elsewhere and stays. */
export async function forgetEverything(database: IDBDatabase): Promise<void> {
  await change(database, async (stores) => forget(stores))
}

interface Stores { rows: IDBObjectStore; meta: IDBObjectStore }
/**
 * What one transaction writes on: the digests as they come to be, and the number under which readers find what changed;
 * the roots of which work waits, and the rows that stay for it though no scope holds them.
 */
interface Page extends Stores { digests: Digests; frame: number; memory: Memory; waits: Set<string>; leaving: Set<string> }

function change(database: IDBDatabase, work: (stores: Stores) => Promise<void>): Promise<void> {
  return write(database, ['rows', 'meta'], (transaction) =>
    work({ rows: transaction.objectStore('rows'), meta: transaction.objectStore('meta') }))
}

async function openPage(stores: Stores, memory: Memory): Promise<Page> {
  const [digests, frame, waits, leaving] = await foundAll(['digests', 'frame', 'waits', 'leaving'].map((key) => stores.meta.get(key)))
  const ids = (one: { value?: unknown } | undefined) => new Set((one?.value as string[] | undefined) ?? [])
  const page = { ...stores, digests: { ...(digests?.value as Digests | undefined) }, frame: ((frame?.value as number | undefined) ?? 0) + 1, memory, waits: ids(waits), leaving: ids(leaving) }
  // A row lies in a scope, and a scope has a digest: without digests there are no rows.
  if (Object.keys(page.digests).length === 0) memory.rows = new Map()
  // Somebody else wrote meanwhile: what this stream remembers may be wrong.
  else if (memory.frame !== page.frame - 1) memory.rows = null
  return page
}

function closePage({ meta, digests, frame, memory, leaving }: Page): void {
  if (leaving.size) meta.put({ key: 'leaving', value: [...leaving] })
  memory.frame = frame
  meta.put({ key: 'digests', value: digests })
  meta.put({ key: 'frame', value: frame })
}

function forget({ rows, meta }: Stores): void {
  rows.clear()
  for (const key of ['digests', 'cursor', 'said', 'resend', 'devices', 'leaving', 'usable']) meta.delete(key)
  fallShort({ meta })
}

/** Rows of this person's are known to be missing, until a head has been proven: no list may be believed to be whole. */
function fallShort({ meta }: Pick<Stores, 'meta'>): void {
  meta.put({ key: 'partial', value: true })
}

async function takeRows(page: Page, frame: Frame): Promise<void> {
  const rows = frame.rows ?? []
  for (let at = 0; at < rows.length; at += AT_A_TIME) {
    if (at > 0) page.frame += 1
    const slice = rows.slice(at, at + AT_A_TIME)
    const before = await heldOf(page, slice.map(([, id]) => id))
    const puts = slice.map((wire, i) => {
      const row = stored(wire, frame.s ?? [], before[i], page.frame)
      account(page.digests, before[i], row)
      remember(page, row)
      return page.rows.put(row)
    })
    await foundAll(puts)
  }
}

function remember({ memory }: Page, { id, version, scopes, hi, lo }: StoredRow): void {
  memory.rows?.set(id, { version, scopes, hi, lo })
}

async function heldOf({ rows, memory }: Page, ids: string[]): Promise<(Held | undefined)[]> {
  if (memory.rows) return ids.map((id) => memory.rows!.get(id))
  return foundAll(ids.map((id) => rows.get(id) as IDBRequest<StoredRow | undefined>))
}

function stored(wire: WireRow, scopes: string[], before: Held | undefined, frame: number): StoredRow {
  const [entity, id, version, root, indexes, body, meta] = wire
  // The server's array may grow: what a newer one adds is not ours to read.
  const [by = null, at = 0, received_at = null, captured_at = at] = meta ?? []
  const named = indexes.map((index) => scopes[index]!)
  // The same version in a frame of its own means one more scope, not another set of scopes.
  const held = before?.version === version ? [...new Set([...before.scopes, ...named])] : named
  const [hi, lo] = lanesOf(entity, id, version)
  const due = dueOf(entity as EntityName, body)
  return { id, entity: entity as EntityName, root, version, scopes: held.sort(), body, by, at, received_at, captured_at, frame, due, hi, lo }
}

function account(digests: Digests, before: Held | undefined, after: Held | undefined): void {
  for (const scope of before?.scopes ?? []) digests[scope] = withoutRow(digests[scope] ?? EMPTY, [before!.hi, before!.lo])
  for (const scope of after?.scopes ?? []) digests[scope] = withRow(digests[scope] ?? EMPTY, [after!.hi, after!.lo])
}

async function leave(page: Page, frame: Frame): Promise<void> {
  for (const [index, , id, version] of frame.gone ?? []) {
    const row = await found(page.rows.get(id) as IDBRequest<StoredRow | undefined>)
    // A row that came back later holds a higher version and stays.
    if (row && row.version <= version) takeOut(page, row, frame.s![index]!)
  }
}

/** Rare, so that no index is kept for it: a scope is found by looking at every row. */
async function dropScope(page: Page, scope: string): Promise<void> {
  const request = page.rows.openCursor()
  for (let cursor = await found(request); cursor; cursor = await found(request)) {
    takeOut(page, cursor.value as StoredRow, scope)
    cursor.continue()
  }
  delete page.digests[scope]
}

function takeOut(page: Page, row: StoredRow, scope: string): void {
  if (!row.scopes.includes(scope)) return
  const left = { ...row, scopes: row.scopes.filter((held) => held !== scope), frame: page.frame }
  account(page.digests, row, left)
  remember(page, left)
  if (left.scopes.length) page.rows.put(left)
  else if (page.waits.has(row.root)) {
    page.leaving.add(row.id)
    page.rows.put(left)
  } else {
    page.memory.rows?.delete(row.id)
    page.rows.delete(row.id)
  }
}
