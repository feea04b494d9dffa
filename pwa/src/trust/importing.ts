import { call } from '../phone/api'
import { ownCache, ownOutbox, type Operation } from '../phone/databases'
import { MOST_BYTES, MOST_OPERATIONS, enveloped, wired } from '../phone/push'
import { rootsOf } from '../phone/roots'
import { me } from '../phone/session'
import type { WireOperation } from '../sync/wire'
import { unpacked, type Carried, type CarriedPhoto, type Parcel } from './parcel'
import { inspect, unseal, Unfit, type Label } from './sealed'

/** What an import would do: units to queue, photos to send, and how many operations the server or this phone has. */
export interface Plan { units: Carried[][]; photos: CarriedPhoto[]; known: number; made_at: number; oldest_at: number | null }

/** Whose file this is, before anybody types a code. Throws Unfit for another person's, too. */
export async function look(file: Uint8Array<ArrayBuffer>): Promise<Label> {
  const label = await inspect(file)
  if (label.org_id !== me().org.id) throw new Unfit('other_org')
  if (label.staff_id !== me().staff_id) throw new Unfit('other_person')
  return label
}

/** Opens the file and asks the server what it knows of it. Nothing is changed yet. Throws Unfit. */
export async function planOf(file: Uint8Array<ArrayBuffer>, code: string): Promise<Plan> {
  await look(file)
  const parcel = unpacked(await unseal(file, code))
  const all = await unitsOf(parcel)
  const here = await identitiesHere(all)
  const others = all.filter((unit) => !unit.some((op) => here.has(identityOf(op))))
  const units = await unknownTo(others)
  const count = (some: Carried[][]) => some.reduce((sum, unit) => sum + unit.length, 0)
  const oldest = Math.min(...units.flat().map(({ captured_at }) => captured_at))
  return { units, photos: await missingPhotos(parcel.photos), known: count(all) - count(units), made_at: parcel.made_at, oldest_at: units.length ? oldest : null }
}

/** Queues the plan behind this outbox's own work, all or nothing. */
export async function takeIn({ units, photos }: Plan): Promise<void> {
  const outbox = ownOutbox()
  await outbox.transaction('rw', outbox.operations, outbox.photos, outbox.meta, async () => {
    const first = ((await outbox.meta.get('next_seq'))?.value as number | undefined) ?? 1
    const operations = numbered(units, first)
    await outbox.operations.bulkAdd(operations)
    await outbox.photos.bulkPut(photos.map((photo) => ({ ...photo, upload_url: null, sent_bytes: 0, state: 'waiting' as const })))
    await outbox.meta.put({ key: 'next_seq', value: first + operations.length })
  })
}

function numbered(units: Carried[][], first: number): Operation[] {
  let seq = first
  return units.flatMap((ops) => {
    const unit = seq
    return ops.map((op): Operation => ({ ...op, seq: seq++, unit, state: 'waiting', laid: 1, receipt: null, settled: 0 }))
  })
}

async function unitsOf({ operations, reserve }: Parcel): Promise<Carried[][]> {
  const units = new Map<number, Carried[]>()
  for (const op of operations) units.set(op.unit, [...(units.get(op.unit) ?? []), op])
  return [...units.values(), ...(await Promise.all(reserve.map(unitOfReserve)))]
}

async function unitOfReserve({ unit, captured_at }: Parcel['reserve'][number]): Promise<Carried[]> {
  const roots = await rootsOf(unit, ownCache(), ownOutbox())
  return unit.map(({ entity, id, fields, base, cites }, nth) =>
    ({ seq: nth, unit: 0, entity, id, fields, root: roots[nth]!, base: base ?? null, cites: cites ?? null, captured_at, saved_at: captured_at }))
}

/** A patch has no id of its own: when it was written tells it from the next one. */
function identityOf({ entity, id, captured_at }: Pick<Carried, 'entity' | 'id' | 'captured_at'>): string {
  return `${entity} ${id} ${captured_at}`
}

async function identitiesHere(units: Carried[][]): Promise<Set<string>> {
  const ids = units.flat().map(({ id }) => id)
  return new Set((await ownOutbox().operations.where('id').anyOf(ids).toArray()).map(identityOf))
}

async function unknownTo(units: Carried[][]): Promise<Carried[][]> {
  const left: Carried[][] = []
  for (const batch of batches(units)) left.push(...(await unknownOf(batch)))
  return left
}

/** What the server cannot take it does not have; it must not stand in the way of the rest. */
async function unknownOf(batch: Carried[][]): Promise<Carried[][]> {
  const known = await askKnown(batch)
  if (known) return batch.filter((unit) => !unit.some((op) => known.has(op)))
  const half = batch.length >> 1
  return half ? [...(await unknownOf(batch.slice(0, half))), ...(await unknownOf(batch.slice(half)))] : batch
}

/** Null where the server cannot take the question. */
async function askKnown(batch: Carried[][]): Promise<Set<Carried> | null> {
  const sent = batch.flat()
  const numbers = new Map(sent.map((op, nth) => [op, nth + 1]))
  const wire = (op: Carried): WireOperation => wired({ ...op, seq: numbers.get(op)! })
  const device = String((await ownOutbox().meta.get('device'))?.value ?? '')
  const told = enveloped(device, { sent_at: Date.now(), contact_at: null }, batch.map((unit) => unit.map(wire)))
  const answer = await call<{ known: number[] }>('POST', '/sync/known', told)
  if (answer.status === 400 || answer.status === 413) return null
  if (!answer.ok || !answer.body) throw new Unfit(answer.status === 401 ? 'signed_out' : 'no_network')
  return new Set(answer.body.known.map((n) => sent[n - 1]!))
}

/** As many whole units as one question may hold. */
function batches(units: Carried[][]): Carried[][][] {
  const made: Carried[][][] = []
  let [operations, bytes] = [Infinity, Infinity]
  for (const unit of units) {
    const size = JSON.stringify(unit).length
    if (operations + unit.length > MOST_OPERATIONS || bytes + size > MOST_BYTES) {
      made.push([])
      operations = bytes = 0
    }
    made.at(-1)!.push(unit)
    operations += unit.length
    bytes += size
  }
  return made
}

/** Bytes that neither this phone nor, as far as it knows, the server has. */
async function missingPhotos(photos: CarriedPhoto[]): Promise<CarriedPhoto[]> {
  const ids = photos.map(({ id }) => id)
  const here = new Set((await ownOutbox().photos.bulkGet(ids)).map((photo) => photo?.id))
  const stored = new Set((await ownCache().rows.bulkGet(ids)).filter((row) => row?.body.state === 'stored').map((row) => row!.id))
  return photos.filter(({ id }) => !here.has(id) && !stored.has(id))
}
