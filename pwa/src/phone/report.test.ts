import { beforeEach, expect, it } from 'vitest'
import { newId } from '../sync/uuid7'
import { save } from './outbox'
import { pull } from './pull'
import { drain } from './push'
import { reportOf } from './report'
import { FakeServer, newPhone, type Stage } from './stage'

let stage: Stage
let server: FakeServer

beforeEach(async () => {
  stage = await newPhone()
  server = new FakeServer().install()
})
const comment = () => save([{ entity: 'comment', id: newId(), fields: { customer_id: 'c', text: '白橡木' } }])

it('tells the server with each pull what waits here and since when', async () => {
  await comment()
  await comment()
  await stage.outbox.operations.update(2, { captured_at: 7, state: 'sending' })
  await pull(stage.outbox, stage.cache, 0)
  expect(server.pulls[0]).toMatchObject({ pending: 2, oldest_at: 7, photos: 0 })
})
it('says that nothing waits once everything was received', async () => {
  await comment()
  await drain(stage.outbox, 'credential', 0)
  await pull(stage.outbox, stage.cache, 0)
  expect(server.pulls[0]).toMatchObject({ pending: 0, oldest_at: null, photos: 0 })
})
it('counts photos that are still to go, and no others, and since when', async () => {
  const photo = { subject_id: 's', sha256: '', bytes: 1, blob: new ArrayBuffer(1), type: 'image/jpeg', upload_url: null, sent_bytes: 0, kept_at: 0 }
  await stage.outbox.photos.bulkPut((['waiting', 'sending', 'stored', 'refused'] as const).map((state, nth) => ({ ...photo, id: newId(1000 - nth), state })))
  expect(await reportOf(stage.outbox)).toEqual({ pending: 0, oldest_at: 999, photos: 2 })
})
