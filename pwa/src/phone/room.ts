import { storageState } from './canary'
import { outboxOf, phoneDatabase, type Known } from './databases'
import { relieved, troubled } from './trouble'

/* How much this phone can still hold. What the server has goes first; what is unsent is never touched. */

/** words_only: photos are turned away, so that no text ever is. */
export type Space = 'plenty' | 'low' | 'words_only'
const MB = 1_048_576
const LOW_BYTES = 100 * MB
const WORDS_ONLY_BYTES = 25 * MB

/** `left_bytes` null: the browser does not say. */
export function spaceOf(left_bytes: number | null): Space {
  if (left_bytes === null || left_bytes >= LOW_BYTES) return 'plenty'
  return left_bytes >= WORDS_ONLY_BYTES ? 'low' : 'words_only'
}

/** Newer browsers say the same of every phone, lest pages tell phones apart: where a write failed, that is what counts. */
export async function leftBytes(): Promise<number | null> {
  if (full) return 0
  const { used_bytes, quota_bytes } = await storageState()
  return quota_bytes ? Math.max(0, quota_bytes - used_bytes) : null
}

let full = false
const PROBE_BYTES = 4 * MB
const PROBE = 'probe'

/** A write failed for want of room, though what could go had gone. */
export function noteFull(): void {
  full = true
}

/** Whether as much as some photos take can be written again. */
async function probe(): Promise<void> {
  const { settings } = phoneDatabase()
  const noise = new Uint8Array(PROBE_BYTES)
  for (let at = 0; at < PROBE_BYTES; at += 65_536) crypto.getRandomValues(noise.subarray(at, at + 65_536))
  full = await settings.put({ key: PROBE, value: noise }).then(() => false, () => true)
  await settings.delete(PROBE).catch(() => {})
}

/** Looks how much is left; where that is little, drops what the server has and says how it stands then. */
export async function mindSpace(): Promise<Space> {
  if (full) await probe()
  if (spaceOf(await leftBytes()) !== 'plenty') await makeRoom()
  const space = spaceOf(await leftBytes())
  for (const one of ['low', 'words_only'] as const) (one === space ? troubled : relieved)(one)
  return space
}

/** Drops what the server has too, of everybody on this phone: photos that arrived, and receipts that ask for nothing. */
export async function makeRoom(): Promise<void> {
  for (const known of await phoneDatabase().people.toArray()) await makeRoomOf(known)
}

async function makeRoomOf({ org_id, staff_id }: Known): Promise<void> {
  const { photos, operations } = outboxOf(org_id, staff_id)
  await photos.where('state').equals('stored').delete()
  await operations.where('[state+settled]').equals(['sent', 1]).delete()
}

/** Whether a write failed for want of room; Dexie wraps what the browser said. */
export function isFull(cause: unknown): boolean {
  const { name, inner, failures } = (cause ?? {}) as { name?: string; inner?: unknown; failures?: unknown[] }
  return name === 'QuotaExceededError' || (!!inner && isFull(inner)) || (failures ?? []).some(isFull)
}
