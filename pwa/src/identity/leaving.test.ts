import { get } from 'svelte/store'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { phoneDatabase } from '../phone/databases'
import { addToJournal, journalOf } from '../phone/journal'
import { FakeServer, newPhone, type Stage } from '../phone/stage'
import { asked } from '../ui/confirm'
import { newId } from '../sync/uuid7'
import { learnRest } from '../words'

let stage: Stage

beforeEach(async () => {
  vi.stubGlobal('navigator', { userAgent: 'a phone', onLine: true })
  vi.stubGlobal('location', new URL('http://shop.test/me'))
  vi.stubGlobal('history', { state: null })
  localStorage.clear()
  await phoneDatabase().settings.clear()
  stage = await newPhone()
  new FakeServer().install()
  await learnRest()
})
/** Begins to sign out; answers each question, and says how it read. */
async function leaving(...answers: (boolean | null)[]): Promise<string[]> {
  const { leaveSafely } = await import('./leaving')
  const left = leaveSafely()
  const read: string[] = []
  for (const answer of answers) {
    await expect.poll(() => get(asked)).not.toBeNull()
    read.push(get(asked)!.question.text)
    get(asked)!.answer(answer)
  }
  await left
  return read
}
const inReserve = () => addToJournal(stage.who.org.id, stage.who.staff_id, { unit: [{ entity: 'comment', id: newId(), fields: { text: '在备用处' } }], captured_at: 1 })

describe('signing out', () => {
  it('says that all is synced only where nothing is on this phone alone: no record, no photo, nothing in the reserve', async () => {
    expect(await leaving(null)).toEqual(['记录都已同步。下次登录需要联网。'])
    await stage.outbox.photos.put({ id: newId(), subject_id: 's', sha256: '', bytes: 1, blob: new ArrayBuffer(1), type: 'image/jpeg', upload_url: null, sent_bytes: 0, kept_at: 0, state: 'waiting' })
    expect(await leaving(null)).toEqual(['还有 1 条没有同步。留在本机的话，联网后会继续上传，不用再登录。'])
    inReserve()
    inReserve()
    expect(await leaving(null)).toEqual(['还有 2 条没有同步。留在本机的话，联网后会继续上传，不用再登录。'])
  })
  it('brings nothing back that was thrown away with it', async () => {
    inReserve()
    await leaving(false, true)
    expect(journalOf(stage.who.org.id, stage.who.staff_id)).toEqual([])
  })
})
