import { liveQuery } from 'dexie'
import type { AnyBody, Bodies, EntityName, Seen } from '../model'
import { resolved, type Aliases } from './aliases'
import { ownCache, ownOutbox, type Operation, type StoredRow } from './databases'
import { joined, shared, type Live } from './live'
import { overlaid } from './overlay'
import { seen } from './seen'
import { me } from './session'
import { shelfOf, type Rows } from './shelf'

export type { Seen } from '../model'

interface Laid { operations: Operation[]; aliases: Aliases }
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
  const [cache, outbox, viewer] = [ownCache(), ownOutbox(), me().staff_id]
  const stored: Live<StoredRow | undefined> = liveQuery(async () => cache.rows.get(resolved(await aliasesOf(outbox), id)))
  return joined(stored, laidOperations(), (row, over) => {
    const rows = mapOf<Bodies[E]>(row?.entity === entity ? [row] : [])
    return lay(viewer, entity, rows, over).get(id)
  })
}

/** Every row of one customer's tree, waiting operations laid over; live, unordered. */
export function treeOf(root: string): Live<Seen<AnyBody>[]> {
  const [cache, outbox, viewer] = [ownCache(), ownOutbox(), me().staff_id]
  const stored: Live<StoredRow[]> = liveQuery(async () => {
    const aliases = await aliasesOf(outbox)
    return cache.rows.where('root').equals(resolved(aliases, root)).toArray()
  })
  return joined(stored, laidOperations(), (rows, over) => tree(viewer, root, rows, over))
}

/** Forgets what was kept warm for the last person. */
export function forgetRows(): void {
  lists.clear()
  laid = null
}

function tree(viewer: string, root: string, stored: StoredRow[], over: Laid): Seen<AnyBody>[] {
  const real = resolved(over.aliases, root)
  const operations = over.operations.filter((op) => resolved(over.aliases, op.root) === real)
  const entities = new Set<EntityName>([...stored.map((row) => row.entity), ...operations.map((op) => op.entity)])
  return [...entities].flatMap((entity) => {
    const rows = mapOf<AnyBody>(stored.filter((row) => row.entity === entity))
    return lay(viewer, entity, rows as never, { ...over, operations }).list() as Seen<AnyBody>[]
  })
}

function lay<E extends EntityName>(staff_id: string, entity: E, rows: ReadonlyMap<string, Seen<Bodies[E]>>, over: Laid) {
  return overlaid(entity, rows, over.operations, { staff_id, aliases: over.aliases })
}

function laidOperations(): Live<Laid> {
  const outbox = ownOutbox()
  laid ??= shared(() => liveQuery(async () => ({
    operations: await outbox.operations.where('laid').equals(1).sortBy('seq'), aliases: await aliasesOf(outbox),
  })))
  return laid
}

async function aliasesOf(outbox: ReturnType<typeof ownOutbox>): Promise<Aliases> {
  return new Map((await outbox.aliases.toArray()).map(({ id, of }) => [id, of]))
}

function mapOf<B>(stored: StoredRow[]): Map<string, Seen<B>> {
  return new Map(stored.map((row) => [row.id, seen<B>(row)]))
}
