import type { Bodies, Contact, PhoneFault, Seen } from '../model'
import type { Draft } from '../phone/outbox'
import { canonicalPhone } from '../sync/phoneNumber'
import { t, type Key } from '../words'
import { maskedPhone } from '../words/format'

/** The relations that have a word; any other text is somebody's own. */
export const RELATIONS = ['self', 'spouse', 'parent', 'child', 'designer', 'builder', 'assistant'] as const
export const LONGEST = { relation: 20, name: 40, phone: 40, note: 200 } as const

export interface ContactForm { relation: string | null; name: string; phone: string; note: string; fault: PhoneFault['why'] | null }
export type Lack = 'relation' | 'who' | 'phone'

export function relationText(relation: string): string {
  return isKnown(relation) ? t(`contacts.relation_${relation}` as Key) : relation
}

export function isKnown(relation: string): boolean {
  return (RELATIONS as readonly string[]).includes(relation)
}

/** 配偶 王太太; without a name the relation alone. */
export function contactText({ relation, name }: Pick<Contact, 'relation' | 'name'>): string {
  return [relationText(relation), name].filter(Boolean).join(' ')
}

/** Those who still speak for one customer, in the order in which they came. */
export function contactsOf(rows: Seen<Contact>[], root: string): Seen<Contact>[] {
  return rows.filter((row) => row.root === root && !row.body.removed).sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
}

/** As `contactsOf`, for all customers at once. */
export function contactsByRoot(rows: Seen<Contact>[]): Map<string, Contact[]> {
  const found = new Map<string, Contact[]>()
  for (const { root, body } of rows) if (!body.removed) found.set(root, [...(found.get(root) ?? []), body])
  return found
}

export function formOf(contact?: Contact): ContactForm {
  const phone = contact?.phone ?? ''
  return { relation: contact?.relation ?? null, name: contact?.name ?? '', phone: typedPhone(phone), note: contact?.note ?? '', fault: faultOf(contact) }
}

/** What was found about the number that stands now. */
export function faultOf(body?: { phone?: string; phone_fault?: PhoneFault | null }): PhoneFault['why'] | null {
  return body?.phone && body.phone_fault?.phone === body.phone ? body.phone_fault.why : null
}

/** A number as a field shows it: a Chinese one without its country, another as it stands. */
export function typedPhone(phone: string | undefined): string {
  return (phone ?? '').replace(/^\+86(?=1[3-9]\d{9}$)/, '')
}

/** What is typed in the one spelling; what nobody changed as it stood; null for what is no number. */
export function phoneOf(typed: string, before: string | undefined): string | null {
  if (!typed.trim()) return ''
  return typed === typedPhone(before) ? (before ?? '') : canonicalPhone(typed)
}

/** The mark to write with the number that will stand; undefined where nothing changes. */
export function markOf(body: { phone?: string; phone_fault?: PhoneFault | null } | undefined, phone: string, why: PhoneFault['why'] | null): PhoneFault | null | undefined {
  if (why === faultOf(body) || phone !== (body?.phone ?? '')) return undefined
  return why && { phone, why }
}

export function lacking(form: ContactForm, before?: Contact): Lack[] {
  const lacks: Lack[] = []
  if (!form.relation?.trim()) lacks.push('relation')
  if (!form.name.trim() && !form.phone.trim()) lacks.push('who')
  if (phoneOf(form.phone, before?.phone) === null) lacks.push('phone')
  return lacks
}

/** The operation that saves a form: a new contact, or what differs of one on the version that was seen; null for nothing. */
export function draftOf(form: ContactForm, customer_id: string, held: Seen<Contact> | null, newId: () => string): Draft | null {
  const said: Record<string, unknown> = {
    relation: form.relation!.trim(), name: form.name.trim(), phone: phoneOf(form.phone, held?.body.phone) ?? '', note: form.note.trim(),
  }
  if (!held) return { entity: 'contact', id: newId(), fields: { customer_id, ...lean(said) } }
  const before = held.body as unknown as Record<string, unknown>
  const fields = Object.fromEntries(Object.entries(said).filter(([field, value]) => value !== (before[field] ?? '')))
  const mark = markOf(held.body, said.phone as string, form.fault)
  if (mark !== undefined) fields.phone_fault = mark
  return Object.keys(fields).length ? { entity: 'contact', id: held.id, fields, base: held.version } : null
}

/** Whose number this is already, as far as this phone knows: another customer's own. */
export function ownerOf(phone: string, customer_id: string, customers: Seen<Bodies['customer']>[]): Seen<Bodies['customer']> | null {
  return (phone && customers.find(({ id, body }) => id !== customer_id && body.phone === phone)) || null
}

/** A value of a contact's fields in words; null for those that speak for themselves. */
export function saidOf(field: string, value: unknown): string | null {
  if (field === 'relation') return relationText(String(value))
  if (field === 'phone_fault') return t(`contacts.fault_${(value as PhoneFault).why}`)
  return field === 'removed' ? t(value ? 'contacts.removed_now' : 'contacts.title') : null
}

export function contactLine(contact: Contact): string {
  return [contactText(contact), maskedPhone(contact.phone)].filter(Boolean).join(' · ')
}

function lean(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))
}
