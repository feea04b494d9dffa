import { beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../sync/uuid7'
import { cacheOf, closeDatabases, outboxOf, type OutboxDatabase, type PendingPhoto } from '../phone/databases'
import { addToJournal } from '../phone/journal'
import { save, type Draft } from '../phone/outbox'
import { adopt, type Person } from '../phone/session'
import { newPhone, type Stage } from '../phone/stage'
import { drain } from '../phone/push'
import { setAside } from '../phone/rebirth'
import type { WireOperation } from '../sync/wire'
import { unsentParcel } from './exporting'
import { look, planOf, takeIn } from './importing'
import { packed, unpacked } from './parcel'
import { newCode, seal, unseal } from './sealed'

const FEW_ROUNDS = 1000
const CODE = 'K7QM-2F9X-PVTD'
const comment = (text: string): Draft => ({ entity: 'comment', id: newId(), fields: { customer_id: 'c', text } })
const bytes = Uint8Array.from({ length: 3000 }, (_, nth) => nth % 251)
const photo = (id: string): PendingPhoto =>
  ({ id, subject_id: 's', sha256: 'hash', bytes: bytes.length, blob: bytes.buffer.slice(0), type: 'image/jpeg', upload_url: '/photos/uploads/x', sent_bytes: 9, state: 'sending', kept_at: 5 })
let stage: Stage
/** What the server has judged, as POST /sync/known tells it: by content, whatever the number. */
let judged: Set<string>
let network: boolean
const contentOf = ({ n: _, ...content }: WireOperation) => JSON.stringify(content)

beforeEach(async () => {
  stage = await newPhone()
  localStorage.clear()
  judged = new Set()
  network = true
  globalThis.fetch = (async (path: string, init?: RequestInit) => {
    if (!network) throw new TypeError('network')
    const { units } = JSON.parse(String(init?.body)) as { units: WireOperation[][] }
    if (path === '/sync/known') return Response.json({ known: units.flat().filter((op) => judged.has(contentOf(op))).map(({ n }) => n) })
    for (const op of units.flat()) judged.add(contentOf(op))
    const done = units.flat().map(({ n }) => n)
    return Response.json({ v: 1, now: 1, next: done.at(-1)! + 1, done: [done[0], done.length], contact_at: 1 })
  }) as typeof fetch
})

async function exported(): Promise<Uint8Array<ArrayBuffer>> {
  const parcel = await unsentParcel()
  return new Uint8Array(await (await seal(packed(parcel), CODE, parcel, FEW_ROUNDS)).arrayBuffer())
}
/** The same person, with nothing on the phone. */
async function anotherPhone(): Promise<OutboxDatabase> {
  const { who } = stage
  await stage.outbox.delete()
  await stage.cache.delete()
  closeDatabases()
  localStorage.clear()
  adopt({ ...who, staff_id: 'nobody' })
  adopt(who)
  return outboxOf(who.org.id, who.staff_id)
}
const operationsOf = (outbox: OutboxDatabase) => outbox.operations.orderBy('seq').toArray()

describe('work carried from one phone to another', () => {
  it('arrives whole: units, bases, when it was written, the reserve and the bytes of photos', async () => {
    const taken = photo(newId())
    const patch: Draft = { entity: 'customer', id: 'c', fields: { need: '橱柜' }, base: 41 }
    await save([comment('一'), { entity: 'photo', id: taken.id, fields: { subject_id: 's' } }], [taken])
    await save([patch])
    addToJournal(stage.who.org.id, stage.who.staff_id, { unit: [comment('备用处的')], captured_at: 77 })
    const before = await operationsOf(stage.outbox)
    const file = await exported()

    const outbox = await anotherPhone()
    await outbox.meta.put({ key: 'next_seq', value: 8 })
    const plan = await planOf(file, 'k7qm 2f9x pvtd')
    expect([plan.units.length, plan.photos.length, plan.known, plan.oldest_at]).toEqual([3, 1, 0, 77])
    await takeIn(plan)
    const after = await operationsOf(outbox)
    expect(after.map(({ seq, unit }) => [seq, unit])).toEqual([[8, 8], [9, 8], [10, 10], [11, 11]])
    const said = ({ entity, id, fields, base, captured_at, state, laid }: (typeof after)[number]) => ({ entity, id, fields, base, captured_at, state, laid })
    expect(after.slice(0, 3).map(said)).toEqual(before.map(said))
    expect(after[3]).toMatchObject({ fields: { text: '备用处的' }, captured_at: 77, root: 'c' })
    expect(await outbox.photos.toArray()).toEqual([{ ...taken, blob: bytes.buffer, upload_url: null, sent_bytes: 0, state: 'waiting' }])
  })
  it('is not queued again where the server or this phone has it', async () => {
    await save([comment('服务器已有')])
    await save([comment('只在本机')])
    const file = await exported()
    expect(await planOf(file, CODE)).toMatchObject({ units: [], known: 2 })

    const sent = (await operationsOf(stage.outbox))[0]!
    judged.add(JSON.stringify({ e: sent.entity, i: sent.id, f: sent.fields, t: sent.captured_at }))
    const outbox = await anotherPhone()
    const plan = await planOf(file, CODE)
    expect([plan.units.flat().map(({ fields }) => fields.text), plan.known]).toEqual([['只在本机'], 1])
    await takeIn(plan)
    expect(await planOf(file, CODE)).toMatchObject({ units: [], known: 2 })
    await drain(outbox, 'credential', 0)
    expect(judged.size).toBe(2)
    await outbox.operations.clear()
    expect(await planOf(file, CODE)).toMatchObject({ units: [], known: 2 })
  })
  it('brings what no push could carry, which does not stand in the way of the rest', async () => {
    await save([comment('毒')])
    await setAside(stage.outbox, await operationsOf(stage.outbox))
    await save([comment('一')])
    await save([comment('服务器已有')])
    const file = await exported()
    const { entity, id, fields, captured_at } = (await operationsOf(stage.outbox)).at(-1)!
    judged.add(JSON.stringify({ e: entity, i: id, f: fields, t: captured_at }))
    await anotherPhone()
    const answer = globalThis.fetch
    globalThis.fetch = ((path: string, init?: RequestInit) => (String(init?.body).includes('毒') ? Promise.resolve(Response.json({ error: { code: 'malformed' } }, { status: 400 })) : answer(path, init))) as typeof fetch
    const plan = await planOf(file, CODE)
    expect(plan.units.flat().map(({ fields }) => fields.text)).toEqual(['毒', '一'])
  })
  it('sends no bytes that the server has', async () => {
    const taken = photo(newId())
    await stage.outbox.photos.put(taken)
    const file = await exported()
    await anotherPhone()
    const { org, staff_id } = stage.who
    await cacheOf(org.id, staff_id).rows.put({ id: taken.id, body: { state: 'stored' } } as never)
    expect((await planOf(file, CODE)).photos).toEqual([])
  })
})

describe('a file that cannot be taken in', () => {
  const unfit = (work: Promise<unknown>, code: string) => expect(work).rejects.toMatchObject({ code })
  let file: Uint8Array<ArrayBuffer>
  beforeEach(async () => {
    await save([comment('一')])
    file = await exported()
    await stage.outbox.operations.clear()
  })

  it('says why, and changes nothing', async () => {
    const flipped = file.slice()
    flipped[flipped.length - 1]! ^= 1
    const text = new TextDecoder('latin1').decode(file)
    const relabelled = Uint8Array.from(text.replace(/"made_at":\d/, '"made_at":9'), (letter) => letter.charCodeAt(0))
    await unfit(planOf(file, 'K7QM-2F9X-PVTE'), 'wrong_code')
    await unfit(look(file.slice(0, -1)), 'torn')
    await unfit(look(flipped), 'torn')
    await unfit(unseal(relabelled, CODE), 'torn')
    await unfit(look(new TextEncoder().encode('{"format":"shopbell-unsent","v":3}\n')), 'newer')
    await unfit(look(new TextEncoder().encode('{"format":"shopbell-unsent","v":1,\n "org":"xinju"}')), 'not_ours')
    await unfit(look(bytes), 'not_ours')
    network = false
    await unfit(planOf(file, CODE), 'no_network')
    expect(await operationsOf(stage.outbox)).toEqual([])
  })
  it('is another person’s, or another company’s', async () => {
    const as = (change: Partial<Person>) => adopt({ ...stage.who, ...change })
    as({ staff_id: 'chen' })
    await unfit(look(file), 'other_person')
    as({ org: { ...stage.who.org, id: 'other' } })
    await unfit(look(file), 'other_org')
  })
})

it('shows nothing of its content, and each file has a code of its own', async () => {
  await save([comment('客户想看白橡木')])
  const parcel = await unsentParcel()
  expect(unpacked(packed(parcel))).toEqual(parcel)
  const [one, two] = [await seal(packed(parcel), CODE, parcel), await seal(packed(parcel), CODE, parcel, FEW_ROUNDS)]
  expect(await one.text()).not.toContain('白橡木')
  expect(await one.text()).not.toContain(parcel.name)
  expect((JSON.parse((await one.text()).split('\n')[0]!) as { rounds: number }).rounds).toBe(600_000)
  expect((await one.text()).split('\n')[1]).not.toBe((await two.text()).split('\n')[1])
  expect(newCode()).toMatch(/^([2-9A-HJ-NP-Z]{4}-){2}[2-9A-HJ-NP-Z]{4}$/)
  expect(newCode()).not.toBe(newCode())
})
