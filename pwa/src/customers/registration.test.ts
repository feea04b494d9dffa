import { describe, expect, it } from 'vitest'
import type { Bodies, Seen } from '../model'
import * as registration from './registration'

const PHONE = '+8613800138000'
let last = 0
const desk = { store_id: 's1', staff_id: 'bo', newId: () => `id${(last += 1)}` }
function form(more: Partial<registration.Registration> = {}): registration.Registration {
  return { ...registration.blankRegistration(new URLSearchParams()), phone: '138 0013 8000', name: '孙先生', reception: 'me', service: true, ...more }
}
const zhao = { id: 'zhao', body: { name: '赵女士', phone: PHONE } } as unknown as Seen<Bodies['customer']>
const card = { id: 'card1', body: { customer_id: 'sun', phone_masked: '138****8000', pass: 'P1' } } as unknown as Seen<Bodies['arrival_card']>
const nobody = { customer: null, card: null }

describe('a registration', () => {
  it('received by oneself is one unit: customer, arrival, lead and acceptance', () => {
    const unit = registration.unitOf(form(), PHONE, nobody, desk)
    expect(unit.map(({ entity }) => entity)).toEqual(['customer', 'arrival', 'lead', 'acceptance'])
    const [customer, arrival, lead, acceptance] = unit
    expect(arrival?.fields).toMatchObject({ customer_id: customer?.id, lead_id: lead?.id, reception: 'me', phone: PHONE })
    expect(lead?.fields).toMatchObject({ customer_id: customer?.id, arrival_id: arrival?.id, store_id: 's1' })
    expect(acceptance?.fields).toEqual({ lead_id: lead?.id })
  })
  it('left to a colleague or to nobody brings no lead of its own', () => {
    const unit = registration.unitOf(form({ reception: 'colleague', receiver_id: 'chen' }), PHONE, nobody, desk)
    expect(unit.map(({ entity }) => entity)).toEqual(['customer', 'arrival'])
    expect(unit[1]?.fields).toMatchObject({ receiver_id: 'chen' })
    expect(unit[1]?.fields).not.toHaveProperty('lead_id')
  })
  it('never makes a known customer twice', () => {
    const unit = registration.unitOf(form({ reception: 'none' }), PHONE, { customer: zhao, card: null }, desk)
    expect(unit.map(({ entity }) => entity)).toEqual(['arrival'])
    expect(unit[0]?.fields).toMatchObject({ customer_id: 'zhao' })
  })
  it('of a scanned pass belongs to its card', () => {
    const [arrival, lead] = registration.unitOf(form({ pass: 'P1' }), null, { customer: null, card }, desk)
    expect(arrival?.fields).toMatchObject({ card_id: 'card1', source: 'pass', pass: 'P1', phone: '' })
    expect(arrival?.fields).not.toHaveProperty('customer_id')
    expect(lead?.fields).toMatchObject({ customer_id: 'sun' })
  })
  it('asks for what is missing in the order of the page, and for nothing twice after a scan', () => {
    const blank = registration.blankRegistration(new URLSearchParams())
    expect(registration.lacks(blank, null, false)).toEqual(['phone', 'name', 'reception', 'service'])
    expect(registration.lacks(form({ reception: 'colleague' }), PHONE, false)).toEqual(['receiver'])
    // Whoever was picked at another store, or takes no leads any more, is not on the page.
    expect(registration.lacks(form({ reception: 'colleague', receiver_id: 'chen' }), PHONE, false, false, ['bo'])).toEqual(['receiver'])
    expect(registration.lacks(form({ reception: 'colleague', receiver_id: 'bo' }), PHONE, false, false, ['bo'])).toEqual([])
    expect(registration.lacks(blank, null, true)).toEqual(['reception'])
    expect(registration.lacks(form({ name: '' }), PHONE, false, true)).toEqual([])
  })
  it('of somebody under 14 needs a guardian, and says who agreed', () => {
    const young = { under_14: true, guardian: ' 孙妈妈 ' }
    expect(registration.lacks(form(young), PHONE, false)).toEqual(['guardian'])
    expect(registration.lacks(form({ ...young, relation: 'mother' }), PHONE, false)).toEqual([])
    const [, arrival] = registration.unitOf(form({ ...young, relation: 'mother' }), PHONE, nobody, desk)
    expect(arrival?.fields.guardian).toEqual({ name: '孙妈妈', relation: 'mother' })
    expect(registration.unitOf(form(), PHONE, nobody, desk)[1]?.fields).not.toHaveProperty('guardian')
  })
  it('keeps the wordings the customer agreed to, and no others', () => {
    const [, arrival] = registration.unitOf(form(), PHONE, nobody, desk)
    expect(arrival?.fields.consents).toEqual([{ purpose: 'service', version: 'service-2', how: 'verbal' }])
    const [, signed] = registration.unitOf(form({ marketing: true, how: 'signed' }), PHONE, nobody, desk)
    expect(signed?.fields.consents).toEqual((['service', 'marketing'] as const).map((purpose) => ({ purpose, version: registration.CONSENT_VERSIONS[purpose], how: 'signed' })))
  })
  it('knows a phone from records, and a look-alike from a masked card', () => {
    expect(registration.knownPhone(PHONE, [zhao], [card])?.kind).toBe('customer')
    expect(registration.knownPhone(PHONE, [], [card])?.kind).toBe('card')
    expect(registration.knownPhone('+8613900001111', [zhao], [card])).toBeNull()
  })
})
