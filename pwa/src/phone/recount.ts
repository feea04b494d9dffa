import { EMPTY, lanesOf, withRow, type Digest } from '../sync/digest'
import type { StoredRow } from './databases'
import { found, write } from './disk'

/** Where the page does this itself, so few that no frame waits for them, bodies and hashes together. */
const AT_A_TIME = 64

/**
 * Puts the digests of the rows that are really here in the place of the sums that were kept while rows came and went:
 * those know nothing of a row that the disk lost.
 */
export async function recount(database: IDBDatabase): Promise<void> {
  const began = await frameOf(metaOf(database.transaction('meta')))
  const digests: Record<string, Digest> = {}
  let rows = await rowsAfter(database, null)
  while (rows.length) {
    for (const { entity, id, version, scopes } of rows) {
      const lanes = lanesOf(entity, id, version)
      for (const scope of scopes) digests[scope] = withRow(digests[scope] ?? EMPTY, lanes)
    }
    rows = await rowsAfter(database, IDBKeyRange.lowerBound(rows.at(-1)!.id, true))
  }
  await write(database, ['meta'], async (transaction) => {
    // Somebody wrote rows meanwhile: this is of no use then.
    if ((await frameOf(metaOf(transaction))) === began) metaOf(transaction).put({ key: 'digests', value: digests })
  })
}

/** A transaction for each few: nobody who writes waits for all of them. */
function rowsAfter(database: IDBDatabase, range: IDBKeyRange | null): Promise<StoredRow[]> {
  return found(database.transaction('rows').objectStore('rows').getAll(range, AT_A_TIME) as IDBRequest<StoredRow[]>)
}

function metaOf(transaction: IDBTransaction): IDBObjectStore {
  return transaction.objectStore('meta')
}

async function frameOf(meta: IDBObjectStore): Promise<unknown> {
  return ((await found(meta.get('frame'))) as { value: unknown } | undefined)?.value
}
