import type { AnyBody, Bodies, Seen } from '../model'
import { resolved, type Aliases } from './aliases'
import type { CacheDatabase, Operation, StoredRow } from './databases'
import { standing } from './mirror/effective'
import { overlaid } from './overlay'
import { seen } from './seen'

/** The contacts, as they are to be read, of each tree in which a waiting operation corrects something. */
export async function correctedContacts(
  cache: CacheDatabase, operations: readonly Operation[], aliases: Aliases, staff_id: string,
): Promise<ReadonlyMap<string, Seen<Bodies['follow_up']>[]>> {
  const corrections = operations.filter(({ entity }) => entity === 'correction')
  const roots = new Set(corrections.map(({ root }) => resolved(aliases, root)))
  const contacts = new Map<string, Seen<Bodies['follow_up']>[]>()
  for (const root of roots) {
    const tree = await cache.rows.where('root').equals(root).toArray()
    const stored = tree.filter(({ entity }) => entity === 'follow_up' || entity === 'correction')
    if (touches(stored, corrections)) contacts.set(root, laidOver(stored, corrections, { staff_id, aliases }))
  }
  return contacts
}

function touches(stored: StoredRow[], corrections: readonly Operation[]): boolean {
  const contacts = new Set(stored.filter(({ entity }) => entity === 'follow_up').map(({ id }) => id))
  return corrections.some(({ fields }) => contacts.has(String(fields.fact_id)))
}

function laidOver(stored: StoredRow[], corrections: readonly Operation[], viewer: { staff_id: string; aliases: Aliases }) {
  const laid = (['follow_up', 'correction'] as const).flatMap((entity) => {
    const rows = new Map(stored.filter((row) => row.entity === entity).map((row) => [row.id, seen(row)]))
    return overlaid(entity, rows as never, corrections, viewer).list() as Seen<AnyBody>[]
  })
  return standing(laid).filter(({ entity }) => entity === 'follow_up') as unknown as Seen<Bodies['follow_up']>[]
}
