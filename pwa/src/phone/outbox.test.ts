import { beforeEach, describe, expect, it, vi } from 'vitest'
import { get } from 'svelte/store'
import { newId } from '../sync/uuid7'
import { OutboxDatabase } from './databases'
import { addToJournal, journalOf } from './journal'
import { once } from './live'
import { importJournals } from './loop'
import { keep, NotSaved, save, waiting, type Draft } from './outbox'
import { importReserve } from './rescue'
import { newPhone, type Stage } from './stage'
import { troubles } from './trouble'

const comment = (customer_id: string, text = '想看橡木'): Draft => ({ entity: 'comment', id: newId(), fields: { customer_id, text } })
let stage: Stage

beforeEach(async () => {
  stage = await newPhone()
  localStorage.clear()
  troubles.set(new Set())
  vi.restoreAllMocks()
})

describe('saving on this phone', () => {
  it('numbers operations from 1 without gaps, whoever saves at the same moment', async () => {
    await Promise.all(Array.from({ length: 20 }, () => save([comment('c'), comment('c')])))
    const kept = await once(waiting())
    expect(kept.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
    expect(kept.every(({ unit, seq }) => unit === seq || unit === seq - 1)).toBe(true)
  })
  const photos = (n: number, thumb: string): Draft[] => Array.from({ length: n }, (_, nth) => ({ entity: 'photo', id: newId(), fields: { subject_id: 'f', customer_id: 'c', nth, thumb } }))
  const unitsOf = (kept: { unit: number }[]) => [...new Set(kept.map(({ unit }) => unit))].map((unit) => kept.filter((op) => op.unit === unit)) as (Draft & { seq: number; unit: number; root: string })[][]
  it.each([['bytes', 31, 'x'.repeat(10_900)], ['operations', 70, '']])('parts what is more %s than a push carries: words first, then the photos in units of their own', async (_, n, thumb) => {
    const recording: Draft = { entity: 'recording', id: newId(), fields: { subject_id: 'f', customer_id: 'c' } }
    const taken = photos(n, thumb)
    await save([{ entity: 'follow_up', id: 'f', fields: { customer_id: 'c' } }, ...taken, recording])
    const kept = await once(waiting())
    const units = unitsOf(kept)
    expect(units.length).toBeGreaterThan(1)
    expect(units[0]!.map(({ entity }) => entity)).toEqual(['follow_up', 'recording'])
    expect(units.slice(1).flat().map(({ id }) => id)).toEqual(taken.map(({ id }) => id))
    for (const unit of units) {
      expect(unit.length).toBeLessThanOrEqual(64)
      expect(JSON.stringify(unit.map(({ fields }) => fields)).length).toBeLessThan(200 * 1024)
      expect(unit[0]!.unit).toBe(unit[0]!.seq)
    }
    expect(kept.map(({ seq, root }) => [seq, root])).toEqual(Array.from({ length: n + 2 }, (_, nth) => [nth + 1, 'c']))
    await save([comment('c')])
    expect((await once(waiting())).at(-1)).toMatchObject({ seq: n + 3, unit: n + 3 })
  })
  it('keeps together what one push carries', async () => {
    await save([{ entity: 'follow_up', id: 'f', fields: { customer_id: 'c' } }, ...photos(12, 'x'.repeat(10_900))])
    expect(unitsOf(await once(waiting()))).toHaveLength(1)
  })
  it('keeps the phone’s own clock reading, raw', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(1_234)
    await save([comment('c')])
    expect((await once(waiting()))[0]).toMatchObject({ captured_at: 1_234, state: 'waiting' })
  })
  it('knows the customer an operation belongs to, even through a lead made in the same unit', async () => {
    const [customer, lead] = [newId(), newId()]
    await save([
      { entity: 'customer', id: customer, fields: { name: '孙先生' } },
      { entity: 'lead', id: lead, fields: { customer_id: customer } },
      { entity: 'acceptance', id: newId(), fields: { lead_id: lead } },
    ])
    expect((await once(waiting())).map(({ root }) => root)).toEqual([customer, customer, customer])
  })
  it('tries once more with a fresh handle when the first is dead', async () => {
    stage.outbox.close()
    const dead = vi.spyOn(stage.outbox, 'transaction').mockImplementation(() => { throw new DOMException('gone', 'InvalidStateError') })
    await save([comment('c')])
    expect(dead).toHaveBeenCalledOnce()
    expect(await new OutboxDatabase(stage.who.org.id, stage.who.staff_id).operations.count()).toBe(1)
  })
})

describe('a storage that refuses', () => {
  const refuse = () => vi.spyOn(OutboxDatabase.prototype, 'transaction').mockImplementation(() => { throw new DOMException('full', 'QuotaExceededError') })

  it('is never called saved; the words go to the reserve and a banner shows', async () => {
    refuse()
    await expect(save([comment('c', '预算 8 万')])).rejects.toMatchObject({ name: 'NotSaved', kept: true })
    expect(journalOf(stage.who.org.id, stage.who.staff_id)[0]?.unit[0]?.fields.text).toBe('预算 8 万')
    expect(get(troubles).has('journaled')).toBe(true)
  })
  it('gives the reserve back to the outbox at the next start, once', async () => {
    const blocked = refuse()
    const unit = [comment('c')]
    await save(unit).catch(() => {})
    await save(unit).catch(() => {})
    blocked.mockRestore()
    await importJournals()
    await importJournals()
    expect((await once(waiting())).map(({ id }) => id)).toEqual([unit[0]!.id])
    expect(journalOf(stage.who.org.id, stage.who.staff_id)).toEqual([])
    expect(get(troubles).has('journaled')).toBe(false)
  })
  it('gives it back whole and once, though asked twice at the same moment and more is kept meanwhile', async () => {
    const [org, staff] = [stage.who.org.id, stage.who.staff_id]
    const add = (text: string) => addToJournal(org, staff, { unit: [comment('c', text)], captured_at: 1 })
    add('一')
    add('二')
    const both = [importReserve(org, staff), importReserve(org, staff)]
    add('三')
    expect(await Promise.all(both)).toEqual([true, true])
    expect((await once(waiting())).map(({ fields }) => fields.text)).toEqual(['一', '二', '三'])
    expect(journalOf(org, staff)).toEqual([])
  })
  it('loses no change of a customer to another of the same one, in the reserve or in the outbox', async () => {
    const patch = (fields: Draft['fields']): Draft[] => [{ entity: 'customer', id: 'c', fields, base: 3 }]
    await save(patch({ community: '滨江' }))
    const blocked = refuse()
    for (const fields of [{ need: '床' }, { budget: '8 万' }]) await save(patch(fields)).catch(() => {})
    blocked.mockRestore()
    await importJournals()
    expect((await once(waiting())).map(({ fields }) => fields)).toEqual([{ community: '滨江' }, { need: '床' }, { budget: '8 万' }])
  })
  it('keeps of a record that was saved again, in other words, the last', async () => {
    const blocked = refuse()
    const one = comment('c', '草稿')
    await save([one]).catch(() => {})
    await save([{ ...one, fields: { ...one.fields, text: '定稿' } }]).catch(() => {})
    blocked.mockRestore()
    await importJournals()
    expect((await once(waiting())).map(({ fields }) => fields.text)).toEqual(['定稿'])
  })
  it('says so when even the reserve is full', async () => {
    refuse()
    vi.spyOn(localStorage, 'setItem').mockImplementation(() => { throw new DOMException('full', 'QuotaExceededError') })
    await expect(keep(stage.who.org.id, stage.who.staff_id, [comment('c')], [], 1)).rejects.toEqual(new NotSaved(false, expect.anything()))
    expect(get(troubles).has('lost')).toBe(true)
  })
})
