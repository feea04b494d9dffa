import type { Bodies, Contact, GuardianRelation, Reception, Seen } from '../model'
import type { Draft } from '../phone/outbox'
import { maskedPhone } from '../words/format'
import { typedPhone } from './contacts'

/** What one reception tells; `phone` as typed. */
export interface Registration {
  phone: string
  name: string
  salutation: string
  need: string
  reception: Reception | null
  receiver_id: string | null
  service: boolean
  marketing: boolean
  how: 'verbal' | 'signed'
  pass: string | null
  card_id: string | null
  under_14: boolean
  guardian: string
  relation: GuardianRelation | null
}
export interface Desk {
  store_id: string
  staff_id: string
  newId: () => string
}
/** A phone this phone has met before: the record itself, or only a masked card of an arrival. */
export type Known =
  | { kind: 'customer'; customer: Seen<Bodies['customer']>; contact?: Contact }
  | { kind: 'card'; card: Seen<Bodies['arrival_card']> }
/** Whom the registration is about, as far as this phone knows. */
export interface Subject {
  customer: Seen<Bodies['customer']> | null
  card: Seen<Bodies['arrival_card']> | null
}
export type Lack = 'phone' | 'name' | 'reception' | 'receiver' | 'guardian' | 'service'

/** The wordings staff read out: short in words/, whole in consents.json, as the server has them. */
export const CONSENT_VERSIONS = { service: 'service-2', marketing: 'marketing-1' } as const

export function blankRegistration(query: URLSearchParams): Registration {
  const said = (key: string) => query.get(key)?.trim() ?? ''
  return {
    phone: typedPhone(said('phone')), name: said('name').slice(0, 40), salutation: '', need: said('need').slice(0, 200),
    reception: null, receiver_id: null, service: false, marketing: false, how: 'verbal',
    pass: said('pass') || null, card_id: said('card') || null,
    under_14: false, guardian: '', relation: null,
  }
}

/** Whether this canonical phone is known here; a masked card may only look alike, so records come first. */
export function knownPhone(
  canonical: string,
  customers: Seen<Bodies['customer']>[],
  cards: Seen<Bodies['arrival_card']>[],
  contacts: Seen<Contact>[] = [],
): Known | null {
  const customer = customers.find(({ body }) => body.phone === canonical)
  if (customer) return { kind: 'customer', customer }
  const contact = contacts.find(({ body }) => body.phone === canonical && !body.removed)
  const spokenFor = contact && customers.find(({ id }) => id === contact.root)
  if (spokenFor) return { kind: 'customer', customer: spokenFor, contact: contact.body }
  const masked = plainMask(maskedPhone(canonical))
  const card = cards.find(({ body }) => plainMask(body.phone_masked) === masked)
  return card ? { kind: 'card', card } : null
}

/** The card of the pass that was scanned, if this phone has it: then nothing need be asked again. */
export function scannedCard(
  form: Registration,
  cards: Seen<Bodies['arrival_card']>[],
): Seen<Bodies['arrival_card']> | null {
  return cards.find(({ id, body }) => id === form.card_id || (form.pass && body.pass === form.pass)) ?? null
}

/** What is still missing before this can be saved, in the order of the page. `able`: whom the page offers; nobody else is named. */
export function lacks(form: Registration, canonical: string | null, hasCard: boolean, isKnown = false, able?: readonly string[]): Lack[] {
  const lacking: Lack[] = []
  if (!canonical && !hasCard) lacking.push('phone')
  if (!form.name.trim() && !hasCard && !isKnown) lacking.push('name')
  if (!form.reception) lacking.push('reception')
  const { receiver_id } = form
  if (form.reception === 'colleague' && !(receiver_id && (able?.includes(receiver_id) ?? true))) lacking.push('receiver')
  if (form.under_14 && !(form.guardian.trim() && form.relation)) lacking.push('guardian')
  if (!form.service && !hasCard) lacking.push('service')
  return lacking
}

/**
 * The one unit of a reception (store.md 1). A customer whom this phone can see, or whose pass was
 * scanned, is not made again. Received by oneself, the unit brings its lead and its acceptance; if a
 * lead is open already, the server makes them part of that one.
 */
export function unitOf(form: Registration, canonical: string | null, subject: Subject, desk: Desk): Draft[] {
  const { customer, card } = subject
  const customerId = customer?.id ?? card?.body.customer_id ?? desk.newId()
  const [arrivalId, leadId] = [desk.newId(), form.reception === 'me' ? desk.newId() : null]
  const need = form.need.trim()
  const unit: Draft[] = []
  if (!customer && !card) unit.push({ entity: 'customer', id: customerId, fields: profileOf(form, canonical, desk) })
  const parent = card && !customer ? { card_id: card.id } : { customer_id: customerId }
  unit.push({ entity: 'arrival', id: arrivalId, fields: { ...parent, ...arrivalOf(form, canonical, leadId, desk) } })
  if (!leadId) return unit
  const lead = { customer_id: customerId, store_id: desk.store_id, arrival_id: arrivalId, need }
  unit.push({ entity: 'lead', id: leadId, fields: lead })
  unit.push({ entity: 'acceptance', id: desk.newId(), fields: { lead_id: leadId } })
  return unit
}

/** Who may be named as the one receiving: active, takes leads, at this store, not oneself. */
export function colleaguesAt(staff: Seen<Bodies['staff']>[], storeId: string, staffId: string): Seen<Bodies['staff']>[] {
  return staff.filter(
    ({ id, body }) =>
      id !== staffId && body.accepts_leads && body.state === 'active' && body.store_ids.includes(storeId),
  )
}

function profileOf(form: Registration, canonical: string | null, desk: Desk): Record<string, unknown> {
  return { ...typedOf(form, canonical), source: 'staff', store_id: desk.store_id }
}

function arrivalOf(
  form: Registration,
  canonical: string | null,
  leadId: string | null,
  desk: Desk,
): Record<string, unknown> {
  return {
    ...typedOf(form, canonical),
    store_id: desk.store_id,
    source: form.pass ? 'pass' : 'staff',
    reception: form.reception,
    ...(leadId ? { lead_id: leadId } : {}),
    ...(form.reception === 'colleague' ? { receiver_id: form.receiver_id } : {}),
    ...(form.pass ? { pass: form.pass } : {}),
    consents: (['service', 'marketing'] as const)
      .filter((purpose) => form[purpose])
      .map((purpose) => ({ purpose, version: CONSENT_VERSIONS[purpose], how: form.how })),
    ...(form.under_14 ? { guardian: { name: form.guardian.trim(), relation: form.relation } } : {}),
  }
}

function typedOf({ name, salutation, need }: Registration, canonical: string | null): Record<string, unknown> {
  return { name: name.trim(), salutation: salutation.trim(), phone: canonical ?? '', need: need.trim() }
}

function plainMask(masked: string): string {
  return masked.replace(/\s/g, '').replace(/\*+/, '*')
}
