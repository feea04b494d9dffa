import { beforeEach, describe, expect, it } from 'vitest'
import { derivedId } from '../sync/derivedId'
import { newId } from '../sync/uuid7'
import { answer, ask, resend, settle } from '../trust/deciding'
import type { Refusal, Seen } from '../model'
import { once } from './live'
import { save } from './outbox'
import { pull } from './pull'
import { drain } from './push'
import { refusedOnce, isForMe, type Refused } from './refused'
import { refusedIn, settleRefused } from './released'
import { rowsOf } from './rows'
import { digestOf, FakeServer, newPhone, row, type Stage } from './stage'
import type { WireRow } from '../sync/wire'

let stage: Stage
let server: FakeServer
let device: string
const SELF = 'staff:me'

beforeEach(async () => {
  stage = await newPhone()
  server = new FakeServer().install()
  await save([{ entity: 'customer', id: newId(), fields: { name: '赵女士' } }, { entity: 'comment', id: newId(), fields: { text: '要白橡木' } }])
  server.judge = () => [{ n: 1, o: 'refused', code: 'not_found', field: 'store_id' }, { n: 2, o: 'refused', code: 'unit' }]
  await drain(stage.outbox, 'credential', 0)
  server.judge = () => []
  device = String((await stage.outbox.meta.get('device'))?.value)
  await new Promise((resolve) => setTimeout(resolve, 2))
})

/** The server's rows about operations 1 and 2, which fell together. */
function refusals(over: Partial<Refusal> = {}, version = 5, by = stage.who.staff_id, from = device): WireRow[] {
  return [1, 2].map((seq) => {
    const id = derivedId('refusal', from, seq)
    const body = { device: from, seq, unit: [1, 2], entity: 'comment', row_id: `r${seq}`, fields: { text: '好' }, base: null, code: seq === 1 ? 'not_found' : 'unit', field: null, who: null, when: null, captured_at: 1, refused_at: 2, state: 'kept', ...over }
    if (seq === 2) body.code = 'unit'
    return row('refusal', id, version + seq, body, [0], id, by)
  })
}
async function pulled(...rows: WireRow[]): Promise<void> {
  const refused = await refusedIn(stage.outbox)
  server.frames = [[{ s: [SELF], resync: true, rows, cursor: newId(), head: true, digest: { [SELF]: digestOf(...rows) } }]]
  expect(await pull(stage.outbox, stage.cache, 0)).toMatchObject({ head: true })
  await settleRefused(stage.outbox, stage.cache, refused)
}
async function listed(): Promise<Refused[]> {
  const here = (await stage.outbox.operations.where('[state+settled]').equals(['refused', 0]).sortBy('seq'))
  return refusedOnce(here, await once(rowsOf('refusal')), device, stage.who.staff_id)
}
const only = async () => {
  const all = await listed()
  expect(all).toHaveLength(1)
  return all[0]!
}
const sent = async (entity: string) => (await stage.outbox.operations.toArray()).filter((op) => op.entity === entity).map(({ fields }) => fields)

describe('what was refused', () => {
  it('is one card for a unit, led by its cause, whether the phone or the server tells of it', async () => {
    expect(await only()).toMatchObject({ code: 'not_found', refusal_id: null, companions: [{ code: 'unit' }] })
    await pulled(...refusals())
    expect(await only()).toMatchObject({ code: 'not_found', seq: 1, refusal_id: derivedId('refusal', device, 1), companions: [{ seq: 2 }] })
    await stage.outbox.operations.clear()
    expect(await only()).toMatchObject({ code: 'not_found', seq: null, companions: [{ code: 'unit' }] })
  })
  it('is resent whole, in its order, and acknowledged even before the server’s row came', async () => {
    await resend(await only(), { name: '赵敏' })
    expect((await sent('customer')).at(-1)).toEqual({ name: '赵敏' })
    expect(await sent('acknowledgement')).toEqual([1, 2].map((n) => ({ refusal_id: derivedId('refusal', device, n) })))
    expect(await listed()).toEqual([])
  })
  it('still cites the conflict that it restores when it is sent again, unless that is what is missing', async () => {
    const cited = async () => (await stage.outbox.operations.toArray()).filter(({ entity }) => entity === 'customer').at(-1)?.cites
    await save([{ entity: 'customer', id: 'c', fields: { need: '床' }, base: 3, cites: 'k' }])
    server.judge = ({ units }) => units.flat().map(({ n }) => ({ n, o: 'refused', code: 'fault' }))
    await drain(stage.outbox, 'credential', 0)
    const patch = (await listed()).find(({ row_id }) => row_id === 'c')!
    await resend(patch)
    expect(await cited()).toBe('k')
    await resend({ ...patch, code: 'not_found', field: 'conflict' })
    expect(await cited()).toBeNull()
  })
  it('is put before the manager by its cause, and then asks its author for nothing', async () => {
    await ask(await only(), '请看一下')
    expect(await sent('appeal')).toEqual([{ refusal_id: derivedId('refusal', device, 1), note: '请看一下' }])
    expect(await only()).toMatchObject({ state: 'asked', note: '请看一下' })
    expect(isForMe(await only())).toBe(false)
    await pulled(...refusals())
    expect(await only()).toMatchObject({ state: 'asked', note: '请看一下', asked_at: expect.any(Number) as number })
  })
  it('shows who declined it and why, and is its author’s again', async () => {
    await pulled(...refusals({ state: 'declined', answered_by: 'lin', answered_at: 9, answer: '重名了' }))
    expect(await only()).toMatchObject({ state: 'declined', answered_by: 'lin', answered_at: 9, answer: '重名了' })
    expect(isForMe(await only())).toBe(true)
  })
  it('shows the new reason when it was tried again', async () => {
    await pulled(...refusals({ state: 'again', code: 'taken', who: 'chen', when: 7 }))
    expect(await only()).toMatchObject({ state: 'again', code: 'taken', who: 'chen', when: 7 })
  })
  it('vanishes here when it was applied after all, and the receipt says who let it through', async () => {
    await pulled(...refusals())
    const release = row('release', newId(), 9, { refusal_id: 'x', device, seq: 1, entity: 'customer', row_id: 'r1', choice: 'apply', note: '可以', outcome: 'applied' }, [0], 'x', 'lin')
    await pulled(release)
    expect(await listed()).toEqual([])
    expect((await stage.outbox.operations.toArray()).map(({ receipt }) => receipt)).toEqual(Array(2).fill(expect.objectContaining({ outcome: 'released', by: 'lin', note: '可以' })))
  })
  it('stays when a release did not succeed, whose refusal is still there', async () => {
    const tried = row('release', newId(), 9, { refusal_id: 'x', device, seq: 1, choice: 'apply', note: '', outcome: 'refused' }, [0], 'x', 'lin')
    await pulled(...refusals({ state: 'again' }), tried)
    expect(await only()).toMatchObject({ state: 'again' })
  })
  it('vanishes here when it was decided about on another phone', async () => {
    await pulled(...refusals())
    await pulled()
    expect(await listed()).toEqual([])
    expect((await stage.outbox.operations.get(1))?.receipt?.outcome).toBe('refused')
  })
  it('stays while the server has not been heard since', async () => {
    await settleRefused(stage.outbox, stage.cache, [])
    expect(await listed()).toHaveLength(1)
  })
  it('is settled by its author in one place for the whole unit', async () => {
    await pulled(...refusals())
    await settle(await only())
    await expect.poll(listed).toEqual([])
  })
})

describe('what colleagues ask a manager', () => {
  const asked = (over: Partial<Refusal> = {}) => refusals({ state: 'asked', note: '帮我看看', ...over }, 20, 'chen', 'their-phone')
  const theirs = async () => (await listed()).filter(({ author_id }) => author_id === 'chen')

  it('is theirs to decide while it is asked, or comes from a revoked phone, and only then', async () => {
    await pulled(...refusals(), ...asked())
    expect((await theirs()).map(isForMe)).toEqual([true])
    await pulled(...refusals(), ...asked({ state: 'kept', code: 'revoked' }))
    expect((await theirs()).map(isForMe)).toEqual([true])
    await pulled(...refusals(), ...asked({ state: 'again' }))
    expect((await theirs()).map(isForMe)).toEqual([false])
  })
  it.each(['apply', 'decline'] as const)('leaves the list at once when answered with %s', async (choice) => {
    await pulled(...refusals(), ...asked())
    await answer((await theirs())[0]!, choice, '好')
    expect(await sent('release')).toEqual([{ refusal_id: derivedId('refusal', 'their-phone', 1), choice, note: '好' }])
    await expect.poll(async () => (await theirs()).filter(isForMe)).toEqual([])
  })
  it('is counted once a unit', async () => {
    const rows: Seen<Refusal>[] = (await pulled(...refusals(), ...asked()), await once(rowsOf('refusal')))
    expect(rows).toHaveLength(4)
    expect((await listed()).filter(isForMe)).toHaveLength(2)
  })
})
