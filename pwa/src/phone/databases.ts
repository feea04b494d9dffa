import { Dexie, type Table } from 'dexie'
import type { EntityName } from '../model'
import { dueOf, type Due } from './due'

/** One operation in the outbox: what leaves the phone, and what became of it. */
export interface Operation {
  seq: number
  unit: number
  entity: EntityName
  id: string
  root: string
  fields: Record<string, unknown>
  base: number | null
  cites: string | null
  captured_at: number
  saved_at: number
  state: 'waiting' | 'sending' | 'sent' | 'refused'
  /** 1 while it is laid over the pulled rows: until a pull that began after its receipt reached the head. */
  laid: 0 | 1
  receipt: Receipt | null
  /** Set when the person dealt with a refusal; the row stays as a receipt. */
  settled: 0 | 1
}
export interface Receipt {
  /** `released`: it was refused first, and applied after all */
  outcome: 'applied' | 'merged' | 'duplicate' | 'refused' | 'released'
  at: number
  code?: string
  field?: string
  fields?: string[]
  of?: string
  who?: string
  when?: number
  /** of a refusal: the number it was sent under, and by which device; the outbox may have been renumbered since */
  device?: string
  n?: number
  /** of a refusal: the manager was asked, with this note */
  asked_at?: number
  note?: string | null
  /** of a release: who let it through, null where nobody had to be asked */
  by?: string | null
  /** of a refusal: settled for want of its row alone, as after a decision on another phone */
  rowless?: true
}
/** Bytes of a photo or a recording on their own queue; the fact about it is an operation. */
export interface PendingPhoto {
  id: string
  /** a photo where it is left out */
  kind?: 'recording'
  subject_id: string
  sha256: string
  bytes: number
  blob: ArrayBuffer
  type: string
  upload_url: string | null
  sent_bytes: number
  state: 'waiting' | 'sending' | 'stored' | 'refused'
  kept_at: number
}
/** `lapses_at`: from when on it is thrown away; most stay until a person decides. */
export interface KeptDraft { key: string; value: unknown; kept_at: number; lapses_at?: number }
/** An id that became part of another record. */
export interface Alias { id: string; of: string }
export interface Meta { key: string; value: unknown }
/** One pulled row as stored. `frame` is this phone's own counter, a few rows each: what changed since a reader last looked. */
export interface StoredRow {
  id: string
  entity: EntityName
  root: string
  version: number
  scopes: string[]
  body: Record<string, unknown>
  by: string | null
  at: number
  received_at: number | null
  captured_at: number
  frame: number
  due: Due[]
  hi: number
  lo: number
}
/** Someone who has signed in on this phone. */
export interface Known {
  key: string
  org_id: string
  staff_id: string
  person: Record<string, unknown>
  device: string | null
  credential: string | null
  shared: boolean
  /** PBKDF2 of the PIN, for unlocking without a network; one's own phone need not have one. */
  pin: { salt: string; hash: string } | null
  contact_at: number
  /** This phone's clock: until when it opens without having met the server. Absent on phones of before, until they next do. */
  lease_until?: number
  /** the latest this phone's clock ever showed since then */
  high_at?: number
  lease_days?: number
}

/** The only copy of a person's work: every write reaches the disk before it is called saved. */
export class OutboxDatabase extends Dexie {
  operations!: Table<Operation, number>
  photos!: Table<PendingPhoto, string>
  drafts!: Table<KeptDraft, string>
  aliases!: Table<Alias, string>
  meta!: Table<Meta, string>

  constructor(org: string, staff: string) {
    super(`shopbell-outbox-${org}-${staff}`, { chromeTransactionDurability: 'strict', cache: 'disabled' })
    this.version(1).stores({
      operations: 'seq, state, laid, id, root, [state+settled]',
      photos: 'id, state, subject_id',
      drafts: 'key',
      aliases: 'id',
      meta: 'key',
    })
    yieldToNewer(this)
  }
}

/** Pulled rows; may be thrown away at any time and pulled again. */
export class CacheDatabase extends Dexie {
  rows!: Table<StoredRow, string>
  meta!: Table<Meta, string>

  constructor(org: string, staff: string) {
    super(`shopbell-cache-${org}-${staff}`, { chromeTransactionDurability: 'relaxed', cache: 'disabled' })
    this.version(1).stores({ rows: 'id, [entity+frame], entity, root, *scopes', meta: 'key' })
    // Each index is paid for with every row: [entity+frame] finds an entity too, and scopes are looked for rarely.
    this.version(2).stores({ rows: 'id, [entity+frame], root' })
    this.version(3).stores({ rows: 'id, [entity+frame], root, *due' }).upgrade((work) => markDue(work.table('rows')))
    yieldToNewer(this)
  }
}

export class PhoneDatabase extends Dexie {
  people!: Table<Known, string>
  settings!: Table<Meta, string>

  constructor() {
    super('shopbell-phone', { chromeTransactionDurability: 'strict', cache: 'disabled' })
    this.version(1).stores({ people: 'key, org_id', settings: 'key' })
    yieldToNewer(this)
  }
}

const outboxes = new Map<string, OutboxDatabase>()
const caches = new Map<string, CacheDatabase>()
let phone: PhoneDatabase | null = null
let owner: { org: string; staff: string } | null = null

/** Says whose databases the screens read; null when nobody is signed in. */
export function belongTo(org: string | null, staff: string | null): void {
  owner = org && staff ? { org, staff } : null
}

export function phoneDatabase(): PhoneDatabase {
  return (phone ??= new PhoneDatabase())
}

export function outboxOf(org: string, staff: string): OutboxDatabase {
  return kept(outboxes, `${org}-${staff}`, () => new OutboxDatabase(org, staff))
}

export function cacheOf(org: string, staff: string): CacheDatabase {
  return kept(caches, `${org}-${staff}`, () => new CacheDatabase(org, staff))
}

/** The signed-in person's outbox. */
export function ownOutbox(): OutboxDatabase {
  return outboxOf(whose().org, whose().staff)
}

/** The signed-in person's pulled rows. */
export function ownCache(): CacheDatabase {
  return cacheOf(whose().org, whose().staff)
}

/** The database beneath a cache, for reading and writing without Dexie. One that was closed stays closed. */
export async function beneath(cache: CacheDatabase): Promise<IDBDatabase> {
  if (cache.hasBeenClosed()) throw new Dexie.DatabaseClosedError()
  await cache.open()
  try {
    cache.backendDB().transaction('meta')
  } catch {
    // A handle can die under us (iOS, after a long sleep).
    cache.close({ disableAutoOpen: false })
    await cache.open()
  }
  return cache.backendDB()
}

/** Drops a dead handle so that the next use opens a fresh one; what is stored stays, and screens go on reading it. */
export function reopenOutbox(org: string, staff: string): OutboxDatabase {
  outboxes.get(`${org}-${staff}`)?.close({ disableAutoOpen: false })
  outboxes.delete(`${org}-${staff}`)
  return outboxOf(org, staff)
}

/** Deletes what was pulled for a person; it can be pulled again. */
export async function eraseCache(org: string, staff: string): Promise<void> {
  await erase(cacheOf(org, staff), caches, `${org}-${staff}`)
}

/** Deletes a person's outbox with everything unsent in it, and the device identity with it. Only after they said so. */
export async function eraseOutbox(org: string, staff: string): Promise<void> {
  await erase(outboxOf(org, staff), outboxes, `${org}-${staff}`)
}

/** Closes every database; for sign-out and tests. */
export function closeDatabases(): void {
  for (const database of [...outboxes.values(), ...caches.values(), ...(phone ? [phone] : [])]) database.close()
  outboxes.clear()
  caches.clear()
  phone = null
  owner = null
}

function whose(): { org: string; staff: string } {
  if (!owner) throw new Error('nobody is signed in on this phone')
  return owner
}

function kept<D>(held: Map<string, D>, key: string, open: () => D): D {
  const known = held.get(key)
  if (known) return known
  const made = open()
  held.set(key, made)
  return made
}

async function erase(database: Dexie, held: Map<string, Dexie>, key: string): Promise<void> {
  held.delete(key)
  await database.delete()
}

/** Rows that were pulled before anybody looked for what is due. */
async function markDue(rows: Table<StoredRow, string>): Promise<void> {
  const all = await rows.toArray()
  await rows.bulkPut(all.map((row) => ({ ...row, due: dueOf(row.entity, row.body ?? {}) })).filter(({ due }) => due.length))
}

/** Another tab with a newer schema must not wait for this one. */
function yieldToNewer(database: Dexie): void {
  database.on('versionchange', () => {
    database.close()
    globalThis.dispatchEvent?.(new Event('shopbell-outdated'))
  })
  // One that sleeps, and heard nothing, is in the way.
  database.on('blocked', () => globalThis.dispatchEvent?.(new Event('shopbell-blocked')))
}
