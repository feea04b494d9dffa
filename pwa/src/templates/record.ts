/** A contact that was told well becomes the start of a template: its notes, without whom it was with. Pure. */

import { STEPS, type Bodies, type Customer, type FollowUp, type Role, type Seen, type Step, type Template } from '../model'
import { isEffective } from '../phone/mirror/contact'
import { blankDraft, draftOf, mayWrite, type Draft } from './draft'
import { templateFor } from './templates'

const TITLES = '先生|女士|小姐|太太|老师|阿姨|叔叔|经理|师傅|医生|老板|总|姐|哥'
/** Digits as people write numbers: with spaces, dashes and dots between them. */
const NUMBER = /(?:\+?86[\s-]?)?1[3-9](?:[\s.-]?\d){9}(?!\d)/g

/** The words of a note without the customer's name and numbers; `instead` stands where a name stood. */
export function nameless(text: string, customer: Pick<Customer, 'name' | 'salutation' | 'phone' | 'wechat'>, instead: string): string {
  const [name, wechat, digits] = [customer.name.trim(), customer.wechat?.trim() ?? '', customer.phone.replace(/^\+86/, '').replace(/\D/g, '')]
  const chinese = /^[\u3400-\u9fff·]+$/.test(name)
  const names = [name, customer.salutation?.trim() ?? '', ...(chinese && name.length > 2 ? [name.slice(1)] : [])].filter((one) => one.length > 1)
  let said = text.replace(NUMBER, '…')
  if (digits.length >= 7) said = said.replace(new RegExp([...digits].join('[\\s.-]?'), 'g'), '…')
  if (wechat.length > 2) said = said.replaceAll(wechat, '…')
  for (const one of names.sort((a, b) => b.length - a.length)) said = said.replace(new RegExp(escaped(one), 'gi'), instead)
  if (chinese) said = said.replace(new RegExp(`${escaped(name[0]!)}(?:${TITLES})`, 'g'), instead)
  return said
}

/** Examples by step; a step about which nothing was noted has none. */
export function examplesOf(contact: FollowUp, customer: Customer, instead: string): Partial<Record<Step, string>> {
  return Object.fromEntries(STEPS.flatMap((step) => {
    const note = contact[step]?.note?.trim()
    return note ? [[step, nameless(note, customer, instead)]] : []
  }))
}

export interface Around { customer: Customer; contacts: readonly Seen<FollowUp>[]; templates: readonly Seen<Template>[]; who: { role: Role; store_ids: readonly string[] } }
export interface Made { id: string | null; draft: Draft }

/** The template that held for that contact with the notes laid in where one may write it; else a new one of the store, with what it asked. */
export function templateFrom(contact: Seen<Bodies['follow_up']>, { customer, contacts, templates, who }: Around, words: { instead: string; name: string }): Made {
  const earlier = contacts.filter(({ at, body }) => at < contact.at && isEffective(body)).length
  const then = { ...customer, contact_count: earlier, opportunity_at: (customer.opportunity_at ?? Infinity) <= contact.at ? customer.opportunity_at : null }
  const held = templateFor(templates, then)
  const begun = held ? draftOf(held.body) : { ...blankDraft(customer.store_id), stage: then.opportunity_at ? 'opportunity' as const : earlier ? 'following' as const : 'first' as const }
  const examples = { ...begun.examples, ...examplesOf(contact.body, customer, words.instead) }
  const draft = { ...begun, examples, credit_id: contact.by }
  if (held && mayWrite(who, held.body.store_id)) return { id: held.id, draft }
  return { id: null, draft: { ...draft, name: words.name, store_id: customer.store_id } }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
