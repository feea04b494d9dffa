import type { Bodies, Digest, Seen } from '../model'
import { daysApart } from '../words/format'

/** This morning's notices to a person, of one kind; one for each store. */
export function digestsOf(rows: Seen<Bodies['notice']>[], kind: Digest['kind'], staff_id: string, now: number, zone: string): Seen<Digest>[] {
  return rows.filter((row): row is Seen<Digest> => row.body.kind === kind && row.body.to_id === staff_id && daysApart(row.body.at, now, zone) === 0)
}
