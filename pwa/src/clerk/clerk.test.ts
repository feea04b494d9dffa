import { describe, expect, test } from 'vitest'
import type { Arrival, ArrivalCard, Seen } from '../model'
import { byPass, standing, todays, unattended } from './cards'
import { derivedId } from '../sync/derivedId'
import { lackOf, receptionUnit } from './reception'
import { amendment, lackIn, ownOf, registeredIn } from './registered'

function seen<B>(id: string, body: B, pending = false): Seen<B> {
  return { id, body, entity: 'arrival_card', root: id, version: 1, by: null, at: 0, received_at: 0, captured_at: 0, pending, saved_at: null }
}
const card = (id: string, over: Partial<ArrivalCard> = {}): Seen<ArrivalCard> =>
  seen(id, { store_id: 's', at: 100, state: 'waiting', receiver_id: null, lead_id: `lead-${id}`, pass: `PASS${id}`, customer_id: `customer-${id}`, need: '餐桌', ...over } as ArrivalCard)

describe('the front desk', () => {
  test('lists today of its own store, the newest first, each customer once', () => {
    const cards = [card('a'), card('b', { at: 200 }), card('again', { at: 300, lead_id: null, customer_id: 'customer-a', state: null as never }), card('old', { at: 5 }), card('far', { store_id: 't' })]
    expect(todays(cards, ['s'], 50).map(({ id }) => id)).toEqual(['b', 'a'])
  })
  test('rings for those nobody has answered, until this phone said who receives', () => {
    const said = seen('x', { card_id: 'b', pass: 'PASSb' } as Arrival, true)
    const cards = [card('b', { at: 90 }), card('a'), card('told', { receiver_id: 'bo', state: 'offered', at: 300 }), card('taken', { receiver_id: 'bo', state: 'accepted' }), card('done', { state: 'closed' })]
    expect(unattended(cards, [said], ['s']).map(({ id }) => id)).toEqual(['a', 'told'])
  })
  test('says who has a customer', () => {
    expect([card('a'), card('b', { receiver_id: 'bo', state: 'offered' }), card('c', { receiver_id: 'bo', state: 'contacted' }), card('d', { state: 'closed' })].map(standing))
      .toEqual([{ kind: 'open' }, { kind: 'offered', staff_id: 'bo' }, { kind: 'with', staff_id: 'bo' }, { kind: 'closed' }])
  })
  test('finds the card of a pass', () => {
    expect(byPass([card('a')], 'PASSa')?.id).toBe('a')
    expect(byPass([card('a')], 'NONE')).toBeUndefined()
  })
})

describe('who receives', () => {
  let next = 0
  const here = { staff_id: 'xia', store_id: 's', newId: () => `id${(next += 1)}` }
  test('me is one unit of arrival, lead and acceptance', () => {
    next = 0
    const unit = receptionUnit({ card: card('a'), pass: 'PASSa' }, { reception: 'me', receiver_id: null }, here)
    expect(unit.map(({ entity }) => entity)).toEqual(['arrival', 'lead', 'acceptance'])
    expect(unit[0]?.fields).toMatchObject({ source: 'pass', card_id: 'a', pass: 'PASSa', reception: 'me', receiver_id: 'xia', lead_id: 'id2' })
    expect(unit[2]?.fields).toEqual({ lead_id: 'id2' })
  })
  test('a colleague is named, nobody is not', () => {
    const of = (reception: 'colleague' | 'none') => receptionUnit({ card: card('a'), pass: 'PASSa' }, { reception, receiver_id: 'bo' }, here)
    expect(of('colleague').map(({ fields }) => fields.receiver_id)).toEqual(['bo'])
    expect(of('none').map(({ fields }) => 'receiver_id' in fields)).toEqual([false])
  })
  test('an unknown pass is an arrival only', () => {
    const unit = receptionUnit({ card: null, pass: 'K7P2XW9H' }, { reception: 'me', receiver_id: null }, here)
    expect(unit.map(({ entity, fields }) => [entity, fields.card_id, fields.pass])).toEqual([['arrival', undefined, 'K7P2XW9H']])
  })
  test('says what is missing', () => {
    expect([lackOf({ reception: null, receiver_id: null }), lackOf({ reception: 'colleague', receiver_id: null }), lackOf({ reception: 'none', receiver_id: null })]).toEqual(['pick', 'pick_colleague', null])
  })
})

describe('a registration put right', () => {
  const unit = [
    { entity: 'customer' as const, id: 'zhao', fields: {} },
    { entity: 'arrival' as const, id: 'a', fields: { store_id: 's', source: 'staff', name: '孙伟', salutation: '', phone: '+8613900000001', need: '', reception: 'colleague', receiver_id: 'bo' } },
  ]
  const one = registeredIn(unit, 'zhao', 100)!
  test('says every difference from what was sent, however often it is put right', () => {
    const twice = { ...one, said: { ...one.said, name: '孙玮' } }
    expect(amendment(one, { ...one.said })).toBeNull()
    expect(amendment(twice, { ...twice.said, need: '餐桌' })).toEqual({ name: '孙玮', need: '餐桌' })
    expect(amendment(twice, one.first)).toEqual({})
    expect(amendment(one, { ...one.said, reception: 'none', receiver_id: null })).toEqual({ reception: 'none', receiver_id: null })
  })
  test('may not lack what it had', () => {
    const lack = (over: object) => lackIn(one, { ...one.said, ...over })
    expect([lack({}), lack({ phone: '1390' }), lack({ name: ' ' }), lack({ receiver_id: null })]).toEqual([null, 'phone', 'name', 'receiver'])
  })
  test('is found under the line that stands for all arrivals of its customer', () => {
    const again = card(derivedId('card', 'a'), { customer_id: 'zhao', at: 300 })
    const line = card('poster', { customer_id: 'zhao' })
    expect(ownOf(line, [line, again], [one])).toBe(one)
    expect(ownOf(card('b'), [line, again, card('b')], [one])).toBeUndefined()
  })
})
