import { derived, type Readable } from 'svelte/store'
import { exchange, status, type Exchange, type Status } from '../phone/status'

/** How far the first sync is, until it has once come to its end: which sentence, and its numbers. */
export interface FirstSync { says: 'first_sync' | 'first_sync_usable' | 'first_sync_waits' | 'first_sync_begins'; done: number; total: number }

/** null when there is nothing to wait for, or nothing under way. */
export const firstSync: Readable<FirstSync | null> = derived([status, exchange], ([at, doing]) => firstSyncOf(at, doing))

export function firstSyncOf({ known, synced_at, usable }: Pick<Status, 'known' | 'synced_at' | 'usable'>, { backfill, reachable, stuck }: Exchange): FirstSync | null {
  if (!known || synced_at !== null) return null
  if (!backfill) return reachable && !stuck ? { says: 'first_sync_begins', done: 0, total: 0 } : null
  if (!reachable) return { says: 'first_sync_waits', ...backfill }
  return { says: usable ? 'first_sync_usable' : 'first_sync', ...backfill }
}

/** 1,240 */
export function counted(n: number): string {
  return n.toLocaleString('en')
}
