import { liveQuery } from 'dexie'
import { derived, readable, writable, type Readable } from 'svelte/store'
import type { Conflict, Refusal } from '../model'
import { ownCache, ownOutbox } from './databases'
import { person } from './session'

export interface Status {
  kind: 'synced' | 'offline' | 'syncing' | 'attention'
  /** operations on this phone only */
  waiting: number
  /** progress of what is under way: rows of the first sync, or operations of a push */
  done: number
  total: number
  attention: number
  synced_at: number | null
  /** part 0 has arrived: the lists may be believed */
  usable: boolean
}

/** What the loop is doing; only the loop writes it. */
export interface Exchange {
  reachable: boolean
  pushing: { done: number; total: number } | null
  backfill: { done: number; total: number } | null
  /** a code of phone words for what only a person can solve: revoked, foreign (this device is not this person's), differs, rejected */
  stuck: '' | 'revoked' | 'foreign' | 'differs' | 'rejected' | 'sign_in'
}
export const IDLE: Exchange = { reachable: true, pushing: null, backfill: null, stuck: '' }
export const exchange = writable<Exchange>(IDLE)

/** What this phone's own databases say. */
export interface Counts { waiting: number; attention: number; synced_at: number | null; usable: boolean }
const NOTHING: Counts = { waiting: 0, attention: 0, synced_at: null, usable: false }

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
export const status: Readable<Status> = derived([counts, exchange], ([counted, doing]) => statusOf(counted, doing))

export function statusOf(counted: Counts, doing: Exchange): Status {
  const attention = counted.attention + (doing.stuck ? 1 : 0)
  const progress = doing.pushing ?? doing.backfill ?? { done: 0, total: 0 }
  return { ...counted, ...progress, attention, kind: kindOf(counted, doing, attention) }
}

function kindOf(counted: Counts, doing: Exchange, attention: number): Status['kind'] {
  if (attention > 0) return 'attention'
  if (!doing.reachable) return 'offline'
  if (counted.waiting > 0 || doing.backfill || doing.pushing || counted.synced_at === null) return 'syncing'
  return 'synced'
}

async function countAll(): Promise<Counts> {
  const [outbox, cache] = [ownOutbox(), ownCache()]
  const [synced, usable] = await cache.meta.bulkGet(['synced_at', 'usable'])
  return {
    waiting: await outbox.operations.where('state').anyOf('waiting', 'sending').count(),
    attention: await countAttention(),
    synced_at: (synced?.value as number | undefined) ?? null,
    usable: usable?.value === true,
  }
}

/** Refused here and not dealt with, refused elsewhere, and open conflicts: each once. */
async function countAttention(): Promise<number> {
  const [outbox, cache] = [ownOutbox(), ownCache()]
  const refused = await outbox.operations.where('[state+settled]').equals(['refused', 0]).toArray()
  const here = new Set(refused.map((op) => op.seq))
  const device = (await outbox.meta.get('device'))?.value
  const answered = new Set((await outbox.operations.where('laid').equals(1).toArray())
    .flatMap((op) => [op.fields.refusal_id, op.fields.conflict_id, op.cites]))
  const rows = await cache.rows.where('entity').anyOf('refusal', 'conflict').toArray()
  const others = rows.filter((row) => {
    if (answered.has(row.id)) return false
    const body = row.body as unknown as Partial<Refusal> & Partial<Conflict>
    return row.entity === 'conflict' ? body.state === 'open' : !(body.device === device && here.has(body.seq ?? -1))
  })
  return refused.length + others.length
}
