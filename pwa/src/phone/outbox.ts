import { liveQuery, type Observable } from 'dexie'
import { get } from 'svelte/store'
import { newId } from '../sync/uuid7'
import type { EntityName } from '../model'
import { cacheOf, outboxOf, ownOutbox, type Operation, type OutboxDatabase, type PendingPhoto } from './databases'
import { parted } from './parted'
import { rootsOf } from './roots'
import { me, type Person } from './session'
import { troubles } from './trouble'

export type { PendingPhoto } from './databases'

/** One operation to be saved. With `base` (the version seen) it patches; without, it creates. */
export interface Draft {
  entity: EntityName
  id: string
  fields: Record<string, unknown>
  base?: number
  /** the conflict this patch restores */
  cites?: string
}
export interface Waiting {
  seq: number
  unit: number
  entity: EntityName
  id: string
  root: string
  fields: Record<string, unknown>
  captured_at: number
  saved_at: number
  state: 'waiting' | 'sending'
}

/** The phone's storage refused. `kept` says whether the words are at least in the reserve. */
export class NotSaved extends Error {
  constructor(readonly kept: boolean, cause: unknown) {
    super('this phone could not save', { cause })
    this.name = 'NotSaved'
  }
}

export interface Saved { who: Person; records: number; photos: number; at: number }
/** What runs after a save and before anybody is told of it; the loop sets it. */
let afterSave: (saved: Saved) => void = () => {}
export function whenSaved(run: (saved: Saved) => void): void {
  afterSave = run
}

/**
 * Saves one unit (all or nothing) and its photos on this phone; what no push could carry at once leaves in parts. Resolves
 * only when the disk has it: then 已存本机 is true. Throws NotSaved otherwise; nothing may then be shown as saved.
 */
export async function save(unit: Draft[], photos: PendingPhoto[] = []): Promise<void> {
  const who = me()
  const captured_at = Date.now()
  await keep(who.org.id, who.staff_id, structuredClone(unit), photos, captured_at)
  afterSave({ who, records: unit.length, photos: photos.length, at: captured_at })
}

/** What this person has saved and the server has not yet received, oldest first; live. */
export function waiting(): Observable<Waiting[]> {
  const outbox = ownOutbox()
  return liveQuery(async () => {
    const kept = await outbox.operations.where('state').anyOf('waiting', 'sending').sortBy('seq')
    return kept as (Operation & { state: 'waiting' | 'sending' })[]
  })
}

/** Saves for a named person; `captured_at` is the phone's own clock, raw. */
export async function keep(org: string, staff: string, unit: Draft[], photos: PendingPhoto[], captured_at: number): Promise<void> {
  const saving = { org, staff, unit, photos, captured_at }
  try {
    await write(outboxOf(org, staff), saving)
  } catch (cause) {
    return (await import('./rescue')).rescue(saving, cause)
  }
  if (get(troubles).has('journaled')) (await import('./rescue')).forgetSame(saving)
}

/** This outbox's own device id, born with it. Call inside a transaction over `meta`, or alone. */
export async function deviceOf(outbox: OutboxDatabase): Promise<string> {
  return outbox.transaction('rw', outbox.meta, async () => {
    const known = (await outbox.meta.get('device'))?.value as string | undefined
    if (known) return known
    const born = newId()
    await outbox.meta.put({ key: 'device', value: born })
    return born
  })
}

export interface Saving { org: string; staff: string; unit: Draft[]; photos: PendingPhoto[]; captured_at: number }

export async function write(outbox: OutboxDatabase, { org, staff, unit, photos, captured_at }: Saving): Promise<void> {
  const parts = parted(unit)
  const roots = await rootsOf(parts.flat(), cacheOf(org, staff), outbox)
  await outbox.transaction('rw', outbox.operations, outbox.photos, outbox.meta, async () => {
    const first = ((await outbox.meta.get('next_seq'))?.value as number | undefined) ?? 1
    let seq = first
    await outbox.operations.bulkAdd(parts.flatMap((part) => {
      const begins = seq
      return part.map((draft) => operation(draft, seq, begins, roots[seq++ - first]!, captured_at))
    }))
    await outbox.photos.bulkPut(photos)
    await outbox.meta.put({ key: 'next_seq', value: first + unit.length })
  })
}

function operation(draft: Draft, seq: number, unit: number, root: string, captured_at: number): Operation {
  return {
    seq, unit, root, entity: draft.entity, id: draft.id, fields: draft.fields, base: draft.base ?? null,
    cites: draft.cites ?? null, captured_at, saved_at: Date.now(), state: 'waiting', laid: 1, receipt: null, settled: 0,
  }
}
