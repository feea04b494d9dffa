/** Codes pasted over ours that others found: told to whoever leads the store. Pure. */

import type { Bodies, CodeAlarm, Seen } from '../model'

const SHOWN_MS = 14 * 24 * 3600_000

/** The latest first; of two weeks, and until they are read. */
export function alarmsOf(rows: Seen<Bodies['notice']>[], staff_id: string, read: string[], now: number): Seen<CodeAlarm>[] {
  return rows.filter((row): row is Seen<CodeAlarm> => row.body.kind === 'foreign_code' && row.body.to_id === staff_id && row.body.at > now - SHOWN_MS && !read.includes(row.id))
    .sort((a, b) => b.body.at - a.body.at)
}
