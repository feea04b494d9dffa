import { liveQuery } from 'dexie'
import type { AnyBody, Bodies, EntityName, Seen } from '../model'
import { aliasesIn, mergedIn, resolved, type Records, type Told } from './aliases'
import { correctedContacts } from './corrected'
import { ownCache, ownOutbox, type CacheDatabase, type Operation, type OutboxDatabase, type StoredRow } from './databases'
import { joined, once, shared, type Live } from './live'
import type { Viewer } from './mirror/layer'
import { overlaid } from './overlay'
import { seen } from './seen'
import { me } from './session'
import { shelfOf, type Rows } from './shelf'

export type { Seen } from '../model'

interface Laid extends Told { operations: Operation[]; contacts: Viewer['contacts'] }
interface Phone { cache: CacheDatabase; outbox: OutboxDatabase }
let laid: Live<Laid> | null = null
const lists = new Map<EntityName, Live<Seen<AnyBody>[]>>()

/** Every row of one entity that this phone may see, waiting operations laid over; live. Unchanged rows stay the same objects. */
export function rowsOf<E extends EntityName>(entity: E): Live<Seen<Bodies[E]>[]> {
  const known = lists.get(entity) as Live<Seen<Bodies[E]>[]> | undefined
  if (known) return known
  const shelf = shelfOf(entity) as Live<Rows<Bodies[E]>>
  const viewer = me().staff_id
  const made = shared(() => joined(shelf, laidOperations(), (rows, over) => lay(viewer, entity, rows, over).list()))
  lists.set(entity, made as Live<Seen<AnyBody>[]>)
  return made
}

/** One row by its id (an alias finds its record), or undefined; live. */
export function rowOf<E extends EntityName>(entity: E, id: string): Live<Seen<Bodies[E]> | undefined> {
  const [phone, viewer] = [ownPhone(), me().staff_id]
  const stored: Live<StoredRow | undefined> = liveQuery(async () => phone.cache.rows.get(await realOf(phone, id)))
  return joined(stored, laidOperations(), (row, over) => {
    const rows = mapOf<Bodies[E]>(row?.entity === entity ? [row] : [])
    return lay(viewer, entity, rows, over).get(id)
  })
}

/** Every row of one customer's tree, waiting operations laid over; live, unordered. */
export function treeOf(root: string): Live<Seen<AnyBody>[]> {
  const [phone, viewer] = [ownPhone(), me().staff_id]
  const stored: Live<StoredRow[]> = liveQuery(async () => phone.cache.rows.where('root').equals(await realOf(phone, root)).toArray())
  return joined(stored, laidOperations(), (rows, over) => tree(viewer, root, rows, over))
}

/**
 * What this person is asked to do by `at`, waiting operations laid over it: found by an index, where all rows may be
 * thousands. Read once; what else belongs to these customers is left out.
 */
export async function dueBy(at: number): Promise<<E extends EntityName>(entity: E) => Seen<Bodies[E]>[]> {
  const [{ cache }, viewer] = [ownPhone(), me().staff_id]
  const [due, over] = await Promise.all([cache.rows.where('due').between([viewer, -Infinity], [viewer, at]).toArray(), once(laidOperations())])
  // What waits may have made something due, or done it.
  const touched = [...new Set(over.operations.map(({ root }) => resolved(over.aliases, root)))]
  const trees = touched.length ? await cache.rows.where('root').anyOf(touched).toArray() : []
  const known = new Map([...due, ...trees].map((row) => [row.id, row]))
  const customers = [...new Set(due.map(({ root }) => root))].filter((root) => !known.has(root))
  for (const row of await cache.rows.bulkGet(customers)) if (row) known.set(row.id, row)
  return (entity) => lay(viewer, entity, mapOf([...known.values()].filter((row) => row.entity === entity)), over).list()
}

/** Forgets what was kept warm for the last person. */
export function forgetRows(): void {
  lists.clear()
  laid = null
}

function tree(viewer: string, root: string, stored: StoredRow[], over: Laid): Seen<AnyBody>[] {
  const aliases = aliasesIn(over, recordsIn(stored))
  const real = resolved(aliases, root)
  const operations = over.operations.filter((op) => resolved(aliases, op.root) === real)
  const entities = new Set<EntityName>([...stored.map((row) => row.entity), ...operations.map((op) => op.entity)])
  return [...entities].flatMap((entity) => {
    const rows = mapOf<AnyBody>(stored.filter((row) => row.entity === entity))
    return lay(viewer, entity, rows as never, { ...over, aliases, operations }).list() as Seen<AnyBody>[]
  })
}

function lay<E extends EntityName>(staff_id: string, entity: E, rows: ReadonlyMap<string, Seen<Bodies[E]>>, over: Laid) {
  const aliases = entity === 'customer' ? aliasesIn(over, rows) : over.aliases
  return overlaid(entity, rows, over.operations, { staff_id, aliases, contacts: over.contacts })
}

function laidOperations(): Live<Laid> {
  const [phone, staff_id] = [ownPhone(), me().staff_id]
  laid ??= shared(() => liveQuery(async () => {
    const operations = await phone.outbox.operations.where('laid').equals(1).sortBy('seq')
    const told = await toldBy(phone.outbox, operations)
    return { operations, ...told, contacts: await correctedContacts(phone.cache, operations, told.aliases, staff_id) }
  }))
  return laid
}

/** The id of the record that an id stands for on this phone. */
async function realOf({ cache, outbox }: Phone, id: string): Promise<string> {
  if (await cache.rows.get(id)) return id
  const told = await toldBy(outbox, await outbox.operations.where('laid').equals(1).toArray())
  const said = resolved(told.aliases, id)
  const record = said === id ? undefined : await cache.rows.get(said)
  if (record && resolved(aliasesIn(told, recordsIn([record])), id) === said) return said
  if (said === id && told.fresh.has(id)) return id
  // Only records know what another phone's creation became part of: read them all, for an id that is nothing else.
  const holder = await cache.rows.where('entity').equals('customer').filter(({ body }) => mergedIn(body)?.some((one) => one === id || one === said) ?? false).first()
  return holder?.id ?? (record ? id : said)
}

async function toldBy(outbox: OutboxDatabase, laid: Operation[]): Promise<Told> {
  const aliases = new Map((await outbox.aliases.toArray()).map(({ id, of }) => [id, of]))
  return { aliases, fresh: new Set(laid.filter(({ base }) => base === null).map(({ id }) => id)) }
}

function ownPhone(): Phone {
  return { cache: ownCache(), outbox: ownOutbox() }
}

function recordsIn(stored: StoredRow[]): Records {
  return new Map(stored.filter(({ entity }) => entity === 'customer').map((row) => [row.id, row]))
}

function mapOf<B>(stored: StoredRow[]): Map<string, Seen<B>> {
  return new Map(stored.map((row) => [row.id, seen<B>(row)]))
}
