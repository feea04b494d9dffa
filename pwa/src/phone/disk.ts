/* IndexedDB as it is, for the one place where thousands of rows are written: there Dexie's zones and its two promises
   for each row cost more than the writing. */

/** A transaction over these stores: all of `work` or nothing of it. Resolves once it is committed. */
export async function write(database: IDBDatabase, names: string[], work: (transaction: IDBTransaction) => Promise<void>): Promise<void> {
  const transaction = database.transaction(names, 'readwrite', { durability: 'relaxed' })
  const committed = ended(transaction)
  try {
    await work(transaction)
  } catch (cause) {
    // What failed first is the better reason; an abort only follows from it.
    const first = transaction.error
    await abort(transaction, committed)
    throw first ?? cause
  }
  await committed
}

/** What one request found. */
export function found<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error as Error)
  })
}

/** What many requests of one transaction found: they succeed in order, so only the last is listened to. */
export async function foundAll<T>(requests: IDBRequest<T>[]): Promise<T[]> {
  const last = requests.at(-1)
  if (last) await found(last)
  return requests.map(({ result }) => result)
}

function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject((transaction.error as Error | null) ?? new DOMException('aborted', 'AbortError'))
  })
}

async function abort(transaction: IDBTransaction, committed: Promise<void>): Promise<void> {
  try {
    transaction.abort()
  } catch {
    // It had ended by itself.
  }
  await committed.catch(() => {})
}
