import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { newId } from '../sync/uuid7'
import { backOff, meaningOf, retryAfter } from './answers'
import { save, type Draft } from './outbox'
import { drain, MOST_OPERATIONS, nextBatch } from './push'
import { rebirth } from './rebirth'
import { refusedIn, settleRefused } from './released'
import { reportOf } from './report'
import { SET_ASIDE, setAsideIn } from './unsent'
import { FakeServer, newPhone, type Stage } from './stage'

const comment = (text = '好'): Draft => ({ entity: 'comment', id: newId(), fields: { customer_id: 'c', text } })
let stage: Stage
let server: FakeServer

beforeEach(async () => {
  stage = await newPhone()
  server = new FakeServer().install()
})
const states = async () => (await stage.outbox.operations.orderBy('seq').toArray()).map(({ state }) => state)
const send = () => drain(stage.outbox, 'credential', 0)

describe('pushing', () => {
  it('stores the outcome before the operation counts as received', async () => {
    await save([comment()])
    expect(await send()).toMatchObject({ meaning: 'ack' })
    expect(await stage.outbox.operations.get(1)).toMatchObject({ state: 'sent', laid: 1, receipt: { outcome: 'applied' } })
  })
  it('says which version was seen, and nothing of it for what is new', async () => {
    await save([{ entity: 'customer', id: newId(), fields: { budget: '8 万' }, base: 7 }])
    await save([comment()])
    await send()
    expect(server.pushes.flatMap(({ units }) => units.flat()).map(({ b }) => b)).toEqual([7, undefined])
  })
  it('takes for received what the server says, and no more', async () => {
    await save([comment('一')])
    await save([comment('二')])
    server.judge = ({ units }) => {
      const first = units[0]![0]!.n
      return Response.json({ v: 1, now: 1, next: first + 1, contact_at: 1, done: [first, 1] })
    }
    await send()
    expect(server.pushes.map(({ units }) => units.flat().map(({ f }) => f.text))).toEqual([['一', '二'], ['二']])
    expect(await states()).toEqual(['sent', 'sent'])
  })
  it('never splits a unit and never sends more than 200 operations at once', async () => {
    for (let i = 0; i < 30; i += 1) await save(Array.from({ length: 9 }, () => comment()))
    await send()
    for (const { units } of server.pushes) {
      expect(units.flat().length).toBeLessThanOrEqual(MOST_OPERATIONS)
      expect(units.every((unit) => unit.length === 9)).toBe(true)
    }
    expect(server.taken.size).toBe(270)
  })
  it('keeps a refused operation with its content and goes on with the next', async () => {
    for (let i = 0; i < 3; i += 1) await save([comment(`第 ${i} 条`)])
    server.judge = () => [{ n: 2, o: 'refused', code: 'taken', who: 'chen', when: 5 }]
    await send()
    expect(await states()).toEqual(['sent', 'refused', 'sent'])
    expect(await stage.outbox.operations.get(2)).toMatchObject({ laid: 0, settled: 0, fields: { text: '第 1 条' }, receipt: { code: 'taken', who: 'chen', when: 5 } })
  })
  it('forgets after half a year what was answered, with where a visit was, and nothing that still asks for something', async () => {
    const visit = (): Draft => ({ entity: 'visit', id: newId(), fields: { customer_id: 'c', lat: 30.24931, lng: 120.16522 } })
    for (let i = 0; i < 5; i += 1) await save([visit()])
    server.judge = () => [2, 3].map((n) => ({ n, o: 'refused' as const, code: 'taken' }))
    await send()
    const days = (n: number) => ({ receipt: { outcome: 'applied' as const, at: Date.now() - n * 86_400_000 } })
    await stage.outbox.operations.update(1, { settled: 1, ...days(181) })
    await stage.outbox.operations.update(2, { settled: 1, ...days(181) })
    await stage.outbox.operations.update(3, days(181))
    await stage.outbox.operations.update(4, { settled: 1, ...days(179) })
    await stage.outbox.operations.update(5, days(181))
    server.judge = () => []
    // A word with nothing to send is enough.
    expect(await drain(stage.outbox, 'credential', 0, undefined, true)).toMatchObject({ meaning: 'ack' })
    expect(await stage.outbox.operations.toCollection().primaryKeys()).toEqual([3, 4, 5])
  })
  it('remembers what a duplicate became', async () => {
    await save([{ entity: 'customer', id: 'mine', fields: { name: '赵女士' } }])
    server.judge = () => [{ n: 1, o: 'duplicate', of: 'theirs' }]
    await send()
    expect(await stage.outbox.aliases.get('mine')).toEqual({ id: 'mine', of: 'theirs' })
  })
  it('sends less after 413', async () => {
    for (let i = 0; i < 8; i += 1) await save([comment()])
    server.judge = ({ units }) => (units.length > 2 ? new Response('{}', { status: 413 }) : [])
    expect(await send()).toMatchObject({ meaning: 'ack' })
    expect(await states()).toEqual(Array<string>(8).fill('sent'))
  })
  it('sends a unit that is larger than a push should be, alone', async () => {
    await save([comment('一')])
    await save([comment('长'.repeat(70_000)), comment('长'.repeat(70_000).slice(0, 1))])
    await save([{ entity: 'photo', id: newId(), fields: { text: 'x'.repeat(140_000) } }])
    await save([comment('四')])
    expect(await send()).toMatchObject({ meaning: 'ack' })
    expect(server.pushes.map(({ units }) => units.flat().map(({ n }) => n))).toEqual([[1, 2, 3], [4], [5]])
  })
  it('forgets of more than 500 receipts the oldest', async () => {
    for (let n = 0; n < 9; n += 1) await save(Array.from({ length: 56 }, () => comment()))
    await send()
    await stage.outbox.operations.toCollection().modify({ settled: 1, laid: 0 })
    await drain(stage.outbox, 'credential', 0, undefined, true)
    expect(await stage.outbox.operations.toCollection().primaryKeys()).toEqual(Array.from({ length: 500 }, (_, n) => n + 5))
  })
  it('keeps everything waiting when the answer is lost, and sends the same again', async () => {
    await save([comment()])
    server.judge = () => { throw new TypeError('network') }
    expect(await send()).toMatchObject({ meaning: 'later' })
    expect(await states()).toEqual(['waiting'])
    server.judge = () => []
    await send()
    const [first, second] = server.pushes
    expect(second!.units).toEqual(first!.units)
  })
  it('obeys Retry-After and leaves a newer schema’s work alone', async () => {
    await save([comment()])
    server.judge = () => new Response('{}', { status: 503, headers: { 'Retry-After': '30' } })
    const ended = await send()
    expect(ended.meaning).toBe('later')
    expect(ended.wait_ms).toBeGreaterThanOrEqual(30_000)
    expect(await states()).toEqual(['waiting'])
  })
  it('compresses a body above 2 kB', async () => {
    const sent = vi.spyOn(globalThis, 'fetch')
    await save([comment('长'.repeat(2_000))])
    await send()
    expect((sent.mock.calls[0]![1]!.headers as Record<string, string>)['Content-Encoding']).toBe('gzip')
    expect(server.pushes[0]!.units[0]![0]!.f.text).toBe('长'.repeat(2_000))
  })
})

describe('a unit that no push can carry', () => {
  const turnedAway = (status: number, ...poison: string[]) => {
    server.judge = ({ units }) => (units.flat().some(({ f }) => poison.includes(String(f.text))) ? Response.json({ error: { code: status === 400 ? 'malformed' : 'too_large' } }, { status }) : [])
  }
  const texts = async (state: string) => (await stage.outbox.operations.where('state').equals(state).sortBy('seq')).map(({ fields }) => fields.text)

  it.each([0, 1, 4, 8])('delays nothing in position %i: it is set aside for its person, and what is behind it takes its number', async (nth) => {
    const all = Array.from({ length: 9 }, (_, n) => `第 ${n} 条`)
    for (const text of all) await save([comment(text)])
    turnedAway(400, all[nth]!)
    expect(await send()).toMatchObject({ meaning: 'ack' })
    expect(await texts('sent')).toEqual(all.filter((_, n) => n !== nth))
    expect(await texts('refused')).toEqual([all[nth]])
    expect([...server.taken.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect((await stage.outbox.meta.get('next_seq'))?.value).toBe(9)
    await save([comment('又一条')])
    await send()
    expect((await texts('sent')).at(-1)).toBe('又一条')
  })
  it('is set aside whole, several of them too, and after a 413 likewise', async () => {
    await save([comment('一')])
    await save([comment('太大'), comment('同一组')])
    await save([comment('二'), comment('三')])
    await save([comment('也太大')])
    turnedAway(413, '太大', '也太大')
    await send()
    expect(await texts('sent')).toEqual(['一', '二', '三'])
    const aside = await setAsideIn(stage.outbox)
    expect(aside.map(({ fields, laid, receipt }) => [fields.text, laid, receipt?.code])).toEqual([['太大', 0, SET_ASIDE], ['同一组', 0, SET_ASIDE], ['也太大', 0, SET_ASIDE]])
    expect(aside[0]!.unit).toBe(aside[1]!.unit)
    expect(aside[0]!.unit).not.toBe(aside[2]!.unit)
    expect(await reportOf(stage.outbox)).toMatchObject({ pending: 3 })
  })
  it('is not suspected where the server takes no push at all', async () => {
    await save([comment('一')])
    await save([comment('二')])
    server.judge = () => Response.json({ error: { code: 'invalid', field: 'device' } }, { status: 400 })
    expect(await send()).toMatchObject({ meaning: 'human' })
    expect(await texts('waiting')).toEqual(['一', '二'])
  })
  it('stays until its person decides, though the server has no row about it and the outbox takes a new name', async () => {
    await save([comment('毒')])
    turnedAway(400, '毒')
    await send()
    await settleRefused(stage.outbox, stage.cache, await refusedIn(stage.outbox))
    await rebirth(stage.outbox)
    expect((await setAsideIn(stage.outbox)).map(({ fields }) => fields.text)).toEqual(['毒'])
  })
  it('of several operations on a slow link is no fault of theirs', async () => {
    await save([comment('一'), comment('二')])
    server.judge = () => { throw new DOMException('slow', 'TimeoutError') }
    expect(await send()).toMatchObject({ meaning: 'later' })
  })
})

describe('numbers that do not meet', () => {
  it('sends again what the server lost, as long as this phone holds it', async () => {
    for (let i = 0; i < 4; i += 1) await save([comment()])
    await send()
    await save([comment()])
    server.judge = ({ units }) => (units[0]![0]!.n > 3
      ? Response.json({ v: 1, now: 1, next: 3, contact_at: 1, done: [5, 0], except: [], gap: true }) : [])
    await send()
    expect(await states()).toEqual(['sent', 'sent', 'waiting', 'waiting', 'waiting'])
    server.judge = () => []
    await send()
    expect(await states()).toEqual(Array<string>(5).fill('sent'))
  })
  const restored = (next: number) => {
    server.judge = ({ units }) => {
      const n = units[0]?.[0]?.n ?? next
      return n === next && units.length ? [] : Response.json({ v: 1, now: 1, next, contact_at: 1, done: [n, 0], ...(n > next ? { gap: true } : {}) })
    }
  }
  const sentAgain = () => server.pushes.at(-1)!.units.flat().map(({ n, f }) => [n, f.text])
  it('sends again also what the server had refused, and what it let through after all, for it lost that too', async () => {
    for (const text of ['一', '二', '三', '四', '五']) await save([comment(text)])
    server.judge = () => [3, 4].map((n) => ({ n, o: 'refused' as const, code: 'taken' }))
    await send()
    await stage.outbox.operations.update(4, { settled: 1, receipt: { outcome: 'released', at: 1 } })
    await stage.outbox.operations.update(5, { settled: 1, laid: 0 })
    await save([comment('六')])
    restored(3)
    expect(await send()).toMatchObject({ meaning: 'later', code: 'gap' })
    expect(await stage.outbox.operations.get(5)).toMatchObject({ state: 'waiting', laid: 1, settled: 0, receipt: null })
    expect((await stage.outbox.meta.get('sent_total'))?.value).toBe(2)
    await send()
    expect(sentAgain()).toEqual([[3, '三'], [4, '四'], [5, '五'], [6, '六']])
    expect((await stage.outbox.meta.get('sent_total'))?.value).toBe(6)
  })
  it('sends everything again that it still holds under a new name where a number in between is gone or was discarded', async () => {
    for (const text of ['一', '二', '三', '四', '五', '六']) await save([comment(text)])
    server.judge = () => [{ n: 4, o: 'refused', code: 'taken' }]
    await send()
    await stage.outbox.operations.update(4, { settled: 1 })
    await stage.outbox.operations.delete(2)
    await save([comment('七')])
    restored(2)
    expect(await send()).toMatchObject({ meaning: 'auth', code: 'reborn' })
    server.judge = () => []
    await send()
    expect(sentAgain()).toEqual([[1, '三'], [2, '五'], [3, '六'], [4, '七']])
  })
  it('learns from a greeting, too, that the server lost something', async () => {
    for (const text of ['一', '二', '三']) await save([comment(text)])
    await send()
    restored(2)
    expect(await drain(stage.outbox, 'credential', 0, () => {}, true)).toMatchObject({ meaning: 'later', code: 'gap' })
    await send()
    expect(sentAgain()).toEqual([[2, '二'], [3, '三']])
    server.judge = () => Response.json({ v: 1, now: 1, next: 4, contact_at: 1, done: [4, 0] })
    expect(await drain(stage.outbox, 'credential', 0, () => {}, true)).toMatchObject({ meaning: 'ack' })
    expect(await states()).toEqual(['sent', 'sent', 'sent'])
  })
  it('takes a new identity when the server knows these numbers as other work, and numbers only that from 1', async () => {
    await save([comment('一')])
    await save([comment('二'), comment('三')])
    const device = (await stage.outbox.meta.get('device'))?.value
    server.judge = () => [{ n: 2, o: 'mismatch' }, { n: 3, o: 'mismatch' }]
    expect(await send()).toMatchObject({ meaning: 'auth', code: 'reborn' })
    expect((await stage.outbox.meta.get('device'))?.value).not.toBe(device)
    const left = await nextBatch(stage.outbox, { operations: 9, bytes: 9_999 })
    expect(left.map(({ seq, unit, fields }) => [seq, unit, fields.text])).toEqual([[1, 1, '二'], [2, 1, '三']])
  })
})

describe('more than one push carries', () => {
  it('says so in all but the last, so that all of it is judged alike', async () => {
    for (let n = 0; n < 450; n += 1) await save([comment(String(n))])
    await send()
    expect(server.pushes.map(({ units, more }) => [units.length, more])).toEqual([[200, true], [200, true], [50, undefined]])
  })
})

describe('a restored backup', () => {
  const left = async () => (await nextBatch(stage.outbox, { operations: 99, bytes: 99_999 })).map(({ seq, unit, fields }) => [seq, unit, fields.text])

  it('drops what is known as received, and numbers the other work from 1, units whole', async () => {
    for (const texts of [['一'], ['二', '三'], ['四'], ['五', '六']]) await save(texts.map(comment))
    server.judge = () => [{ n: 1, o: 'mismatch', known: true }, { n: 2, o: 'mismatch' }, { n: 3, o: 'mismatch' }, { n: 4, o: 'refused', code: 'taken' }, { n: 5, o: 'mismatch' }, { n: 6, o: 'mismatch' }]
    expect(await send()).toMatchObject({ meaning: 'auth', code: 'reborn' })
    expect(await left()).toEqual([[1, 1, '二'], [2, 1, '三'], [3, 3, '五'], [4, 3, '六']])
    expect((await stage.outbox.operations.where('state').equals('sent').toArray()).map(({ fields, laid }) => [fields.text, laid])).toEqual([['一', 1]])
    await save([comment('七')])
    expect((await left()).at(-1)).toEqual([5, 5, '七'])
  })
  it('remembers under which device and number something was refused, through any number of lives', async () => {
    const device = (await stage.outbox.meta.get('device'))?.value
    await save([comment('一'), comment('二')])
    server.judge = () => [{ n: 1, o: 'refused', code: 'taken' }, { n: 2, o: 'refused', code: 'unit' }]
    await send()
    const first = (await stage.outbox.meta.get('device'))?.value
    for (const text of ['三', '四']) {
      await save([comment(text)])
      server.judge = ({ units }) => units.flat().map(({ n }) => ({ n, o: 'mismatch' as const }))
      await send()
      await stage.outbox.operations.where('state').equals('waiting').delete()
    }
    const refused = await stage.outbox.operations.where('state').equals('refused').sortBy('seq')
    expect(refused.map(({ receipt }) => [receipt?.device, receipt?.n])).toEqual([[first, 1], [first, 2]])
    expect(new Set(refused.map(({ unit }) => unit)).size).toBe(1)
    expect(device).toBeUndefined()
  })
  it('signs also what an older version of the app kept of a refusal', async () => {
    await save([comment('一'), comment('二')])
    await stage.outbox.meta.put({ key: 'device', value: 'former' })
    await stage.outbox.operations.where('seq').belowOrEqual(2).modify({ state: 'refused', receipt: { outcome: 'refused', at: 1, code: 'taken' } })
    await rebirth(stage.outbox)
    const refused = await stage.outbox.operations.where('state').equals('refused').sortBy('seq')
    expect(refused.map(({ receipt }) => [receipt?.device, receipt?.n])).toEqual([['former', 1], ['former', 2]])
  })
  /** The server went on to `next` under this name; what it knows of it under whatever number, by its words. */
  const wentOn = (next: number, known: (text: string) => boolean) => {
    server.judge = ({ units }) => {
      const [sent, below] = [units.flat(), units.flat().filter(({ n }) => n < next)]
      const except = below.filter(({ n, f }) => f.text !== `第 ${n} 条`).map(({ n, f }) => ({ n, o: 'mismatch' as const, ...(known(String(f.text)) ? { known: true as const } : {}) }))
      const done = except.length || !below.length ? below.length : sent.length
      return Response.json({ v: 1, now: 1, next: Math.max(next, (sent[0]?.n ?? next) + done), contact_at: 1, done: [sent[0]?.n ?? next, done], except })
    }
  }
  it('is asked to the end of what the server knows before it takes a new name: only what that does not know gets new numbers', async () => {
    for (let n = 1; n <= 450; n += 1) await save([comment(n === 1 || n === 260 ? `别的 ${n}` : n < 100 ? `第 ${n + 1000} 条` : `第 ${n} 条`)])
    wentOn(431, (text) => text.startsWith('第'))
    expect(await send()).toMatchObject({ meaning: 'auth', code: 'reborn' })
    expect((await left()).map(([seq, , text]) => [seq, text])).toEqual([[1, '别的 1'], [2, '别的 260'], ...Array.from({ length: 20 }, (_, n) => [n + 3, `第 ${n + 431} 条`])])
    expect(server.pushes.flatMap(({ units }) => units.flat()).filter(({ n }) => n > 430 || n < 1)).toHaveLength(0)
  })
  it('that is behind asks first for everything it holds: what the server has is not sent under another name', async () => {
    for (let n = 1; n <= 20; n += 1) await save([{ entity: 'photo', id: newId(), fields: { subject_id: 'c', text: `第 ${n} 条`, thumb: 'x'.repeat(10_900) } }])
    wentOn(401, () => true)
    expect(await send()).toMatchObject({ meaning: 'auth', code: 'reborn' })
    expect([server.pushes.length > 1, await left()]).toEqual([true, []])
  })
  it('takes a new identity before the next save when the server expects a later number', async () => {
    await save([comment('一')])
    const device = String((await stage.outbox.meta.get('device'))?.value)
    server.judge = () => Response.json({ v: 1, now: 1, next: 9, contact_at: 1, done: [1, 1] })
    expect(await send()).toMatchObject({ meaning: 'auth', code: 'reborn' })
    expect((await stage.outbox.meta.get('device'))?.value).not.toBe(device)
    await save([comment('二')])
    expect(await left()).toEqual([[1, 1, '二']])
  })
  it('is noticed also by a phone with nothing to send', async () => {
    server.judge = () => Response.json({ v: 1, now: 1, next: 9, contact_at: 1, done: [9, 0] })
    expect(await drain(stage.outbox, 'credential', 0, () => {}, true)).toMatchObject({ code: 'reborn' })
    expect(server.pushes[0]!.units).toEqual([])
  })
  it('has met the server never before under its new name', async () => {
    await save([comment('一')])
    await send()
    await save([comment('二')])
    server.judge = () => [{ n: 2, o: 'mismatch' }]
    await send()
    server.judge = () => []
    await send()
    expect(server.pushes.map(({ contact_at }) => typeof contact_at)).toEqual(['object', 'number', 'object'])
    expect(server.pushes[2]!.contact_at).toBeNull()
    expect(await stage.outbox.meta.get('credential')).toBeUndefined()
  })
  it('begins its uploads anew: they belong to the device it was', async () => {
    await stage.outbox.photos.put({ id: newId(), subject_id: 's', sha256: '', bytes: 2, blob: new ArrayBuffer(2), type: 'image/jpeg', upload_url: '/photos/uploads/x', sent_bytes: 1, state: 'sending', kept_at: 0 })
    await save([comment('一')])
    server.judge = () => [{ n: 1, o: 'mismatch' }]
    await send()
    expect(await stage.outbox.photos.toArray()).toMatchObject([{ upload_url: null, sent_bytes: 0, state: 'waiting' }])
  })
})

describe('a server of another age', () => {
  it('that is older leaves newer work waiting, and says why', async () => {
    await save([comment()])
    server.judge = () => Response.json({ error: { code: 'newer_schema' } }, { status: 503, headers: { 'Retry-After': '60' } })
    expect(await send()).toMatchObject({ meaning: 'later', code: 'newer_schema' })
    expect(await states()).toEqual(['waiting'])
    server.judge = () => []
    expect(await send()).toMatchObject({ meaning: 'ack' })
  })
  it('that is newer may answer with words this phone does not know', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    await save([comment()])
    server.judge = () => [{ n: 1, o: 'postponed', until: 5 } as never]
    await send()
    expect(await stage.outbox.operations.get(1)).toMatchObject({ state: 'sent', receipt: { outcome: 'applied' } })
    expect(console.error).toHaveBeenCalled()
  })
})

describe('answers', () => {
  it('gives every status a meaning', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 599 }), (status) => {
      expect(['ack', 'later', 'smaller', 'auth', 'revoked', 'human']).toContain(meaningOf(status))
    }))
    expect([200, 401, 403, 413, 429, 500, 0, 418].map((status) => meaningOf(status))).toEqual(['ack', 'auth', 'human', 'smaller', 'later', 'later', 'later', 'human'])
    expect(meaningOf(403, 'device_revoked')).toBe('revoked')
  })
  it('waits longer after each failure, never above 15 minutes, never all phones at once', () => {
    expect(backOff(1, () => 0)).toBe(1_000)
    expect(backOff(4, () => 1)).toBe(16_000)
    expect(backOff(99, () => 1)).toBe(900_000)
    expect(retryAfter('5', 0)).toBe(5_000)
    expect(retryAfter(null, 0)).toBe(0)
  })
})
