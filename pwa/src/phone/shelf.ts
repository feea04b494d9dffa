import { Dexie, liveQuery } from 'dexie'
import type { AnyBody, EntityName, Seen } from '../model'
import { ownCache, type CacheDatabase } from './databases'
import { shared, type Live } from './live'
import { seen } from './seen'

/* Five thousand customers are read from the disk once. After that only what a frame touched is read again: each
   stored row carries the number of the frame that wrote it. */

export type Rows<B = AnyBody> = ReadonlyMap<string, Seen<B>>
interface Shelf { rows: Map<string, Seen<AnyBody>>; frame: number }
const shelves = new Map<EntityName, Live<Rows>>()

/** The pulled rows of one entity by id; live. The map is replaced at each change, its unchanged rows are not. */
export function shelfOf(entity: EntityName): Live<Rows> {
  const known = shelves.get(entity)
  if (known) return known
  const made = shared<Rows>(() => {
    const shelf: Shelf = { rows: new Map(), frame: 0 }
    const cache = ownCache()
    return liveQuery(async () => new Map((await refill(cache, entity, shelf)).rows))
  })
  shelves.set(entity, made)
  return made
}

/** Forgets what was read for the last person. */
export function forgetShelves(): void {
  shelves.clear()
}

async function refill(cache: CacheDatabase, entity: EntityName, shelf: Shelf): Promise<Shelf> {
  return cache.transaction('r', cache.rows, async () => {
    const fresh = await cache.rows.where('[entity+frame]').between([entity, shelf.frame], [entity, Dexie.maxKey], false).toArray()
    for (const row of fresh) {
      shelf.rows.set(row.id, seen(row))
      shelf.frame = Math.max(shelf.frame, row.frame)
    }
    const stored = await cache.rows.where('entity').equals(entity).count()
    if (stored < shelf.rows.size) await dropLost(cache, entity, shelf)
    return shelf
  })
}

async function dropLost(cache: CacheDatabase, entity: EntityName, shelf: Shelf): Promise<void> {
  const left = new Set(await cache.rows.where('entity').equals(entity).primaryKeys())
  for (const id of shelf.rows.keys()) if (!left.has(id)) shelf.rows.delete(id)
}
