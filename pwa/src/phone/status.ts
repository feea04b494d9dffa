import { liveQuery } from 'dexie'
import { derived, readable, writable, type Readable } from 'svelte/store'
import type { Bodies } from '../model'
import { now } from './clock'
import { ownCache, ownOutbox, type CacheDatabase, type OutboxDatabase } from './databases'
import { journalOf } from './journal'
import { overlaid } from './overlay'
import { isForMe, refusedOnce } from './refused'
import { oldestUnsent } from './report'
import { seen } from './seen'
import { me, person, type Person } from './session'
import { troubles } from './trouble'

export interface Status {
  kind: 'synced' | 'offline' | 'syncing' | 'attention'
  /** this phone's databases have been read */
  known: boolean
  /** operations on this phone only */
  waiting: number
  /** whose bytes are on this phone only */
  photos: number
  /** progress of what is under way: rows that are fetched, or operations of a push */
  done: number
  total: number
  attention: number
  synced_at: number | null
  /** when the oldest of what is on this phone alone was saved */
  oldest_at: number | null
  /** everything up to then is on the server; null where that is not known */
  proven_at: number | null
  /** part 0 has arrived: the lists may be believed */
  usable: boolean
  /** nothing is known to be missing: no rows are being fetched for the first time, or again */
  whole: boolean
}

/** What the loop is doing; only the loop writes it. */
export interface Exchange {
  reachable: boolean
  pushing: { done: number; total: number } | null
  backfill: { done: number; total: number } | null
  /** a code of phone words for what only a person can solve: foreign (this device is not this person's), full (no room for what is new), differs, rejected */
  stuck: '' | 'foreign' | 'full' | 'differs' | 'rejected' | 'sign_in'
  /** the server is older than this phone's work, which waits for it */
  waits: '' | 'newer_schema'
}
export const IDLE: Exchange = { reachable: true, pushing: null, backfill: null, stuck: '', waits: '' }
export const exchange = writable<Exchange>(IDLE)

/** What this phone's own databases say. */
export interface Counts { known: boolean; waiting: number; photos: number; attention: number; synced_at: number | null; oldest_at: number | null; proven_at: number | null; usable: boolean; whole: boolean }
const NOTHING: Counts = { known: false, waiting: 0, photos: 0, attention: 0, synced_at: null, oldest_at: null, proven_at: null, usable: false, whole: false }

const counts: Readable<Counts> = readable(NOTHING, (set) => {
  let inner: { unsubscribe(): void } | null = null
  const outer = person.subscribe((who) => {
    inner?.unsubscribe()
    set(NOTHING)
    inner = who ? liveQuery(countAll).subscribe({ next: set, error: () => set(NOTHING) }) : null
  })
  return () => { inner?.unsubscribe(); outer() }
})

/** The truth for the chip: never "synced" while something waits, differs, or needs a person. */
export const status: Readable<Status> = derived([counts, exchange, troubles], ([counted, doing, known]) => statusOf(counted, doing, known.has('journaled')))

/** `journaled`: something lies in the reserve, which no database tells of. */
export function statusOf(counted: Counts, doing: Exchange, journaled = false): Status {
  const attention = counted.attention + (doing.stuck ? 1 : 0) + (journaled ? 1 : 0)
  const progress = doing.pushing ?? (counted.whole ? null : doing.backfill) ?? { done: 0, total: 0 }
  return { ...counted, ...progress, attention, kind: kindOf(counted, doing, attention) }
}

function kindOf(counted: Counts, doing: Exchange, attention: number): Status['kind'] {
  if (attention > 0) return 'attention'
  if (!doing.reachable) return 'offline'
  if (counted.waiting + counted.photos > 0 || doing.pushing || !counted.whole) return 'syncing'
  return 'synced'
}

async function countAll(): Promise<Counts> {
  const [outbox, cache] = [ownOutbox(), ownCache()]
  const [synced, usable, differs, partial, emptied] = await cache.meta.bulkGet(['synced_at', 'usable', 'differs', 'partial', 'emptied_at'])
  const synced_at = (synced?.value as number | undefined) ?? null
  const oldest_at = await oldestUnsent(outbox, reserveOf(me()))
  return {
    known: true,
    waiting: await outbox.operations.where('state').anyOf('waiting', 'sending').count(),
    photos: await outbox.photos.where('state').anyOf('waiting', 'sending').count(),
    attention: await countAttention(me().staff_id),
    synced_at,
    oldest_at,
    proven_at: differs?.value === true ? null : provenAt(synced_at, oldest_at, (emptied?.value as number | undefined) ?? null),
    usable: usable?.value === true,
    whole: synced_at !== null && partial === undefined,
  }
}

/**
 * Up to when everything is on the server, by the server's time: the last check that agreed, or the last at which nothing was
 * unsent. When the unsent was saved is known by this phone's clock alone, which may have been fast.
 */
export function provenAt(synced_at: number | null, oldest: number | null, emptied_at: number | null): number | null {
  return oldest === null ? synced_at : emptied_at
}

/** The head was reached and the digests agreed. The server has just told the time: a clock that somebody set must not make this untrue. */
export async function noteProven(cache: CacheDatabase, outbox: OutboxDatabase, who: Person): Promise<void> {
  const at = now()
  const isEmpty = (await oldestUnsent(outbox, reserveOf(who))) === null
  await cache.meta.bulkPut(['synced_at', ...(isEmpty ? ['emptied_at'] : [])].map((key) => ({ key, value: at })))
  await cache.meta.delete('differs')
}

function reserveOf(who: Person): number[] {
  return journalOf(who.org.id, who.staff_id).map(({ captured_at }) => captured_at)
}

/** What a person has to decide: each refused unit and each open conflict once, what they already decided left out. */
async function countAttention(staff_id: string): Promise<number> {
  const [outbox, cache] = [ownOutbox(), ownCache()]
  const here = await outbox.operations.where('[state+settled]').equals(['refused', 0]).toArray()
  const laid = await outbox.operations.where('laid').equals(1).sortBy('seq')
  const device = String((await outbox.meta.get('device'))?.value ?? '')
  const stored = await cache.rows.where('entity').anyOf('refusal', 'conflict').toArray()
  const over = <E extends 'refusal' | 'conflict'>(entity: E) => overlaid(
    entity, new Map(stored.filter((row) => row.entity === entity).map((row) => [row.id, seen<Bodies[E]>(row)])), laid, { staff_id, aliases: new Map() },
  ).list()
  const refused = refusedOnce(here, over('refusal'), device, staff_id).filter(isForMe)
  return refused.length + over('conflict').filter(({ body }) => body.state === 'open').length
}
