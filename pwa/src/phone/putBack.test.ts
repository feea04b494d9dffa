import { beforeEach, expect, it, vi } from 'vitest'
import { derivedId } from '../sync/derivedId'
import { newId } from '../sync/uuid7'
import { phoneDatabase } from './databases'
import { syncNow } from './loop'
import { deviceOf, save } from './outbox'
import { open, vouch } from './session'
import { digestOf, FakeServer, newPhone, row, type Stage } from './stage'

const ME = 'staff:me'
let stage: Stage
let server: FakeServer

beforeEach(async () => {
  vi.stubGlobal('document', { visibilityState: 'hidden' })
  vi.stubGlobal('navigator', { userAgent: 'a phone', onLine: true })
  stage = await newPhone()
  server = new FakeServer().install()
  await open((await phoneDatabase().people.get(stage.key))!)
  vouch(stage.who)
})

it('sends again what was refused, though a pull from the server that was put back told first that it has no row about it', async () => {
  const device = await deviceOf(stage.outbox)
  const id = derivedId('refusal', device, 1)
  const refusal = row('refusal', id, 5, { device, seq: 1, unit: [1, 1], entity: 'comment', code: 'not_found', state: 'kept' }, [0], id, stage.who.staff_id)
  server.judge = () => [{ n: 1, o: 'refused', code: 'not_found' }]
  server.frames = [[{ s: [ME], rows: [refusal], cursor: '5', head: true, digest: { [ME]: digestOf(refusal) } }]]
  await save([{ entity: 'comment', id: newId(), fields: { customer_id: 'a', text: '要白橡木' } }])
  await syncNow()
  expect(await stage.outbox.operations.get(1)).toMatchObject({ state: 'refused', settled: 0 })

  server.judge = ({ units }) => (units.length ? [] : Response.json({ v: 1, now: Date.now(), next: 1, contact_at: 1, done: [1, 0] }))
  server.frames = [[{ s: [ME], resync: true, rows: [], cursor: '1', head: true, digest: {} }]]
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 })
  await syncNow()
  vi.useRealTimers()
  expect(await stage.outbox.operations.get(1)).toMatchObject({ state: 'waiting', laid: 1, settled: 0, receipt: null })
  await syncNow()
  expect(server.pushes.at(-1)!.units.flat().map(({ n, f }) => [n, f.text])).toEqual([[1, '要白橡木']])
  expect(await stage.outbox.operations.get(1)).toMatchObject({ state: 'sent', receipt: { outcome: 'applied' } })
})
