import { derived, type Readable } from 'svelte/store'
import { exchange, status, type Exchange, type Status } from '../phone/status'

/** How far the first sync is, or one that fetches rows again, until it comes to its end: which sentence, and its numbers. */
export interface FirstSync { says: 'sync_cut' | 'first_sync_usable' | `${'first_sync' | 'refetch'}${'' | '_waits' | '_begins'}`; done: number; total: number }

/** null when nothing is missing. */
export const firstSync: Readable<FirstSync | null> = derived([status, exchange], ([at, doing]) => firstSyncOf(at, doing))

export function firstSyncOf({ known, synced_at, usable, whole }: Pick<Status, 'known' | 'synced_at' | 'usable' | 'whole'>, { backfill, reachable, stuck }: Exchange): FirstSync | null {
  if (!known || whole) return null
  const which = synced_at === null ? 'first_sync' : 'refetch'
  if (!backfill) return { says: reachable && !stuck ? `${which}_begins` : 'sync_cut', done: 0, total: 0 }
  if (!reachable) return { says: `${which}_waits`, ...backfill }
  return { says: usable && synced_at === null ? 'first_sync_usable' : which, ...backfill }
}

/** 1,240 */
export function counted(n: number): string {
  return n.toLocaleString('en')
}
