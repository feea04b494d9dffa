import type { Seen } from '../model'
import type { StoredRow } from './databases'

/** A stored row as a screen sees it. */
export function seen<B>(row: StoredRow): Seen<B> {
  return {
    id: row.id, entity: row.entity, root: row.root, version: row.version, body: row.body as B, by: row.by, at: row.at,
    received_at: row.received_at, captured_at: row.captured_at, pending: false, saved_at: null,
  }
}
