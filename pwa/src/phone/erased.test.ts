import { beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../sync/uuid7'
import { addToJournal, journalOf } from './journal'
import { keepDraft, readDraft } from './drafts'
import { carryOut, forgetTold, toldOf } from './erased'
import { save, type Draft, type PendingPhoto } from './outbox'
import { drain } from './push'
import { FakeServer, newPhone, type Stage } from './stage'

const GONE = newId()
const KEPT = newId()
const comment = (customer_id: string, text = '好'): Draft => ({ entity: 'comment', id: newId(), fields: { customer_id, text } })
const photo = (subject_id: string): PendingPhoto => ({
  id: newId(), subject_id, sha256: 'a', bytes: 1, blob: new ArrayBuffer(1), type: 'image/jpeg', upload_url: null, sent_bytes: 0, state: 'waiting', kept_at: 1,
})
let stage: Stage
let server: FakeServer

beforeEach(async () => {
  stage = await newPhone()
  server = new FakeServer().install()
})
const send = () => drain(stage.outbox, 'credential', 0)
const subjects = async () => (await stage.outbox.photos.toArray()).map(({ subject_id }) => subject_id)
const texts = async () => (await stage.outbox.operations.toArray()).map(({ fields }) => fields.text)

describe('somebody was erased', () => {
  it('removes what was answered so, with its photos, says so, and goes on with the numbers', async () => {
    const told = comment(GONE, '走了')
    await save([told], [photo(told.id), photo(KEPT)])
    await save([comment(KEPT, '还在')])
    server.judge = () => [{ n: 1, o: 'refused', code: 'erased' }]
    await send()
    expect(await texts()).toEqual(['还在'])
    expect(await subjects()).toEqual([KEPT])
    expect(await toldOf(stage.outbox)).toMatchObject({ count: 1 })
    await forgetTold(stage.outbox)
    server.judge = () => []
    await save([comment(KEPT, '后来')])
    expect(await send()).toMatchObject({ meaning: 'ack' })
    expect([...server.taken.keys()]).toEqual([1, 2, 3])
  })
  it('removes what the phone kept of them beside the rows, and leaves what waits to the server', async () => {
    const [gone, kept] = [comment(GONE, '走了'), comment(KEPT, '还在')]
    await save([gone], [photo(gone.id), photo(GONE)])
    await save([kept], [photo(kept.id)])
    await send()
    await save([comment(GONE, '没上传')])
    await keepDraft(`comment:${GONE}`, '写了一半')
    await keepDraft(`comment:${KEPT}`, '也写了一半')
    const { who } = stage
    addToJournal(who.org.id, who.staff_id, { unit: [comment(GONE)], captured_at: 1 })
    await come(newId(), GONE)
    expect(await texts()).toEqual(['还在', '没上传'])
    expect(await subjects()).toEqual([kept.id])
    expect(await readDraft(`comment:${GONE}`)).toBeUndefined()
    expect(await readDraft(`comment:${KEPT}`)).toBe('也写了一半')
    expect(journalOf(who.org.id, who.staff_id)).toEqual([])
  })
  it('removes what was written in their tree without naming them', async () => {
    const told = newId()
    await save([{ entity: 'follow_up', id: told, fields: { customer_id: GONE } }, { entity: 'photo', id: newId(), fields: { subject_id: told, text: '走了' } }])
    await send()
    await come(newId(), GONE)
    expect(await texts()).toEqual([])
  })
  it('removes what was kept aside, and what a photo and a name of theirs hang from', async () => {
    const { who, outbox } = stage
    const aside = (id: string) => `shopbell-draft-${who.org.id}-${who.staff_id}-comment:${id}`
    for (const id of [GONE, KEPT]) localStorage.setItem(aside(id), JSON.stringify({ key: `comment:${id}`, value: '写了一半', kept_at: 1 }))
    const [former, other] = [newId(), newId()]
    await outbox.aliases.bulkPut([{ id: former, of: GONE }, { id: GONE, of: KEPT }, { id: other, of: KEPT }])
    await come(newId(), GONE)
    expect([localStorage.getItem(aside(GONE)), typeof localStorage.getItem(aside(KEPT))]).toEqual([null, 'string'])
    expect((await outbox.aliases.toArray()).map(({ id }) => id)).toEqual([other])
  })
  it('carries each out once', async () => {
    const id = newId()
    await come(id, GONE)
    await keepDraft(`comment:${GONE}`, '一个新客户，号码相同')
    await come(id, GONE)
    expect(await readDraft(`comment:${GONE}`)).toBe('一个新客户，号码相同')
  })
})

async function come(id: string, customer_id: string): Promise<void> {
  const { who, cache } = stage
  const row = { id, entity: 'erasure' as const, root: id, version: 1, scopes: ['org'], body: { ids: [customer_id], at: 1 } }
  await cache.rows.put({ ...row, by: null, at: 1, received_at: 1, captured_at: 1, frame: 1, due: [], hi: 0, lo: 0 })
  await carryOut(who.org.id, who.staff_id)
}
