import { describe, expect, it } from 'vitest'
import type { Bodies, EntityName, Seen } from '../../model'
import type { Operation } from '../databases'
import { overlaid } from '../overlay'

const viewer = { staff_id: 'bo', aliases: new Map<string, string>() }
let seq = 0
function op(entity: EntityName, id: string, fields: Record<string, unknown>, more: Partial<Operation> = {}): Operation {
  seq += 1
  return { seq, unit: seq, entity, id, root: 'zhao', fields, base: null, cites: null, captured_at: 1_000, saved_at: 1_001, state: 'waiting', laid: 1, receipt: null, settled: 0, ...more }
}
function held<E extends EntityName>(entity: E, id: string, body: Partial<Bodies[E]>): ReadonlyMap<string, Seen<Bodies[E]>> {
  return new Map([[id, { id, entity, root: 'zhao', version: 5, body: body as Bodies[E], by: null, at: 1, received_at: 1, captured_at: 1, pending: false, saved_at: null }]])
}
const contact = {
  channel: 'phone', greeting: { result: 'met' }, needs: { result: 'clear' }, proposal: { result: 'skipped' }, objection: { result: 'skipped' },
  revisit: { result: 'booked', at: 9_000 }, mood: 'keen', breakthrough: 'none',
}

describe('a customer, until the server says', () => {
  const zhao = held('customer', 'zhao', { name: '赵女士', owner_id: null, holder_ids: [], contact_count: 2, last_contact_at: 10, steps: { greeting: 'met', proposal: 'revise' }, tags: ['橡木', '二期'] })

  it('is next due when my waiting follow-up booked it, and counts an effective contact', () => {
    const layer = overlaid('customer', zhao, [op('follow_up', 'f', contact)], viewer)
    expect(layer.get('zhao')).toMatchObject({ pending: true, body: { next_at: 9_000, next_kind: 'revisit', contact_count: 3, last_contact_at: 1_000, steps: { needs: 'clear', proposal: 'revise' } } })
    expect(zhao.get('zhao')!.pending).toBe(false)
  })
  it('was not contacted by a call nobody answered', () => {
    const missed = { ...contact, greeting: { result: 'no_answer' }, needs: { result: 'skipped' } }
    expect(overlaid('customer', zhao, [op('follow_up', 'f', missed)], viewer).get('zhao')!.body).toMatchObject({ contact_count: 2, last_contact_at: 10 })
  })
  it('becomes mine when I accept and nobody owned it', () => {
    expect(overlaid('customer', zhao, [op('acceptance', 'a', { lead_id: 'l' })], viewer).get('zhao')!.body).toMatchObject({ owner_id: 'bo', holder_ids: ['bo'] })
  })
  it('is off the lists once I noted that marketing, or everything, was taken back', () => {
    const listed = held('customer', 'zhao', { marketing: true })
    const noted = (purpose: string, given: boolean) => op('consent', `c-${purpose}-${String(given)}`, { purpose, given, version: `${purpose}-1`, how: 'verbal' })
    const after = (...ops: Operation[]) => overlaid('customer', listed, ops, viewer).get('zhao')!.body
    expect(after(noted('marketing', false))).toMatchObject({ marketing: false, withdrawn: { marketing: 1_000 } })
    expect(after(noted('marketing', false), noted('marketing', true))).toMatchObject({ marketing: true, withdrawn: {} })
    expect(after(noted('service', false), noted('marketing', true))).toMatchObject({ marketing: false, withdrawn: { service: 1_000, marketing: 1_000, photo: 1_000 } })
  })
  it('is not made up from a patch where the row is not here, nor covered by its own creation where it is', () => {
    const gone = new Map<string, Seen<Bodies['customer']>>()
    expect(overlaid('customer', gone, [op('customer', 'zhao', { tags: { add: ['急'] } }, { base: 5 })], viewer).list()).toEqual([])
    const seen = overlaid('customer', zhao, [op('customer', 'zhao', { name: '小赵' })], viewer).get('zhao')
    expect(seen).toMatchObject({ version: 5, body: { name: '赵女士' } })
  })
  it('shows my patches in the order I made them, tags being added and taken out', () => {
    const patches = [op('customer', 'zhao', { budget: '6 万' }, { base: 5 }), op('customer', 'zhao', { budget: '8 万', tags: { add: ['急'], remove: ['二期'] } }, { base: 5 })]
    expect(overlaid('customer', zhao, patches, viewer).get('zhao')!.body).toMatchObject({ budget: '8 万', tags: ['橡木', '急'] })
  })
})

describe('a lead, until the server says', () => {
  const lead = held('lead', 'l', { state: 'offered', holder_id: null, responsible_id: 'chen', offered_to: 'bo', customer_id: 'zhao' })
  const offers = held('offer', 'o', { lead_id: 'l', state: 'open', to_id: 'bo' })

  it('is mine once I accepted it, pending, and its offer asks no more', () => {
    const accept = [op('acceptance', 'a', { lead_id: 'l', offer_id: 'o' })]
    expect(overlaid('lead', lead, accept, viewer).get('l')).toMatchObject({ pending: true, body: { state: 'accepted', holder_id: 'bo', responsible_id: 'bo' } })
    expect(overlaid('offer', offers, accept, viewer).get('o')).toMatchObject({ pending: true, body: { state: 'accepted' } })
  })
  it('is contacted by an effective follow-up after that, and closed by a closing', () => {
    const steps = [op('acceptance', 'a', { lead_id: 'l' }), op('follow_up', 'f', { ...contact, lead_id: 'l' })]
    expect(overlaid('lead', lead, steps, viewer).get('l')!.body.state).toBe('contacted')
    expect(overlaid('lead', lead, [...steps, op('closing', 'c', { lead_id: 'l', reason: 'no_need' })], viewer).get('l')!.body).toMatchObject({ state: 'closed', close_reason: 'no_need' })
  })
  it('ends, with its offer, once I noted that nobody is to contact the customer', () => {
    const said = (given: boolean) => [op('consent', `s-${String(given)}`, { purpose: 'service', given, version: 'service-1', how: 'verbal' })]
    const theirs = held('offer', 'o', { lead_id: 'l', state: 'open', to_id: 'bo', customer_id: 'zhao' })
    expect(overlaid('lead', lead, said(false), viewer).get('l')!.body).toMatchObject({ state: 'closed', close_reason: 'withdrawn' })
    expect(overlaid('offer', theirs, said(false), viewer).get('o')!.body.state).toBe('withdrawn')
    expect(overlaid('lead', lead, said(true), viewer).get('l')!.body.state).toBe('offered')
  })
  it('goes to whom I gave it', () => {
    const give = [op('reassignment', 'r', { lead_id: 'l', to_id: 'wu' })]
    expect(overlaid('lead', lead, give, viewer).get('l')!.body).toMatchObject({ state: 'offered', offered_to: 'wu', responsible_id: 'wu' })
    expect(overlaid('offer', offers, give, viewer).get('o')!.body.state).toBe('withdrawn')
  })
  it('appears whole when I received the customer myself', () => {
    const unit = [op('lead', 'new', { customer_id: 'zhao', store_id: 's', need: '餐桌' }), op('acceptance', 'a', { lead_id: 'new' })]
    expect(overlaid('lead', new Map(), unit, viewer).get('new')).toMatchObject({ pending: true, by: 'bo', body: { state: 'accepted', need: '餐桌', self_received: true } })
  })
})

describe('what was decided', () => {
  it('asks no more about a refusal that was acknowledged', () => {
    expect(overlaid('refusal', held('refusal', 'r', { code: 'taken' }), [op('acknowledgement', 'k', { refusal_id: 'r' })], viewer).list()).toEqual([])
  })
  it('takes a conflict as settled by keeping or by a patch that cites it', () => {
    const conflict = held('conflict', 'x', { state: 'open' })
    expect(overlaid('conflict', conflict, [op('resolution', 'k', { conflict_id: 'x', choice: 'keep' })], viewer).get('x')!.body.state).toBe('kept')
    expect(overlaid('conflict', conflict, [op('customer', 'zhao', { budget: '6 万' }, { base: 5, cites: 'x' })], viewer).get('x')!.body.state).toBe('restored')
  })
  it('leaves rows no operation touches exactly as they are', () => {
    const visits = held('visit', 'v', { grade: 'verified' })
    expect(overlaid('visit', visits, [op('comment', 'c', { text: '好' })], viewer).list()[0]).toBe(visits.get('v'))
  })
})
