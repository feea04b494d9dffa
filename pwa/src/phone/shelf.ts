import type { AnyBody, EntityName, Seen } from '../model'
import { beneath, ownCache, type CacheDatabase, type StoredRow } from './databases'
import { found } from './disk'
import { shared, type Live, type Source } from './live'
import { seen } from './seen'
import { onTouch } from './touch'

/* Five thousand customers are read from the disk once. After that only what a frame touched is read again: each
   stored row carries the number of the batch that wrote it. */

/** Rows read in one go: the screen waits while they are turned into objects. */
const AT_A_TIME = 48
export type Rows<B = AnyBody> = ReadonlyMap<string, Seen<B>>
interface Shelf { rows: Map<string, Seen<AnyBody>>; frame: number }
const shelves = new Map<EntityName, Live<Rows>>()
const warm = new Set<EntityName>()

/** The pulled rows of one entity by id; live. The map is replaced at each change, its unchanged rows are not. */
export function shelfOf(entity: EntityName): Live<Rows> {
  const known = shelves.get(entity)
  if (known) return known
  const made = shared<Rows>(() => watched(ownCache(), entity))
  shelves.set(entity, made)
  return made
}

/** Whether its rows are here already, or will be read from the disk. */
export function isWarm(entity: EntityName): boolean {
  return warm.has(entity)
}

/** Forgets what was read for the last person. */
export function forgetShelves(): void {
  shelves.clear()
}

function watched(cache: CacheDatabase, entity: EntityName): Source<Rows> {
  return { subscribe(next, fail) {
    const shelf: Shelf = { rows: new Map(), frame: 0 }
    let [reading, again, spoken, stopped] = [false, false, false, false]
    const read = async () => {
      again = reading
      if (reading) return
      reading = true
      const changed = await refill(cache, entity, shelf).catch((cause: unknown) => void fail?.(cause)).finally(() => (reading = false))
      if (stopped) return
      if (changed || (changed === false && !spoken)) next(new Map(shelf.rows))
      spoken ||= changed !== undefined
      if (spoken) warm.add(entity)
      if (again) await read()
    }
    const silence = onTouch(cache, () => void read())
    void read()
    return { unsubscribe() { stopped = true; silence(); warm.delete(entity) } }
  } }
}

/** Whether anything is new or gone. */
async function refill(cache: CacheDatabase, entity: EntityName, shelf: Shelf): Promise<boolean> {
  const index = (await beneath(cache)).transaction('rows').objectStore('rows').index('[entity+frame]')
  let changed = false
  for (let fresh = await nextRows(index, entity, shelf.frame); fresh.length; fresh = await nextRows(index, entity, shelf.frame)) {
    for (const row of fresh) shelf.rows.set(row.id, seen(row))
    shelf.frame = fresh.at(-1)!.frame
    changed = true
  }
  if ((await found(index.count(framesAbove(entity, 0)))) >= shelf.rows.size) return changed
  const left = new Set(await found(index.getAllKeys(framesAbove(entity, 0)) as IDBRequest<string[]>))
  for (const id of shelf.rows.keys()) if (!left.has(id)) shelf.rows.delete(id)
  return true
}

/** Whole batches, oldest first, as many as the screen can wait for; none when all are read. */
async function nextRows(index: IDBIndex, entity: EntityName, after: number): Promise<StoredRow[]> {
  const some = await found(index.getAll(framesAbove(entity, after), AT_A_TIME) as IDBRequest<StoredRow[]>)
  if (some.length < AT_A_TIME) return some
  const last = some.at(-1)!.frame
  const whole = some.filter(({ frame }) => frame < last)
  return whole.length ? whole : found(index.getAll([entity, last]) as IDBRequest<StoredRow[]>)
}

function framesAbove(entity: EntityName, frame: number): IDBKeyRange {
  return IDBKeyRange.bound([entity, frame], [entity, Infinity], true)
}
