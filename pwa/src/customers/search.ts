import type { Bodies, Contact, Seen } from '../model'
import { localDigits } from '../words/format'
import { hasWithdrawn } from './called'
import { isListed, listedAt } from './dormant'

export type Chip = 'mine' | 'A' | 'B' | 'C' | 'D' | 'overdue' | 'dormant'
export const CHIPS: Chip[] = ['mine', 'overdue', 'dormant', 'A', 'B', 'C', 'D']

/** One customer made ready for searching: everything lower case and without spaces. */
export interface Entry {
  customer: Seen<Bodies['customer']>
  name: string
  pinyin: string
  initials: string
  digits: string
  tags: string[]
  /** Who else speaks for them: found by name and number like the customer. */
  contacts: readonly Contact[]
  others: { name: string; digits: string }[]
}

/** Entries in the order the list shows them when nothing is typed: newest contact first. */
export function entriesOf(customers: Seen<Bodies['customer']>[], contacts: ReadonlyMap<string, Contact[]> = new Map()): Entry[] {
  const recency = (c: Seen<Bodies['customer']>) => c.saved_at ?? c.body.last_contact_at ?? c.body.created_at ?? 0
  return customers
    .map((customer) => ({ entry: entryOf(customer, contacts.get(customer.id) ?? NOBODY), at: recency(customer) }))
    .sort((a, b) => b.at - a.at)
    .map(({ entry }) => entry)
}

/** Best first: the start of a name before its middle, then sound, initials, phone, tag. */
export function found(entries: Entry[], typed: string): Entry[] {
  const query = plain(typed)
  if (!query) return entries
  const ranked: Entry[][] = [[], [], [], [], []]
  for (const entry of entries) ranked[rankOf(entry, query)]?.push(entry)
  return ranked.flat()
}

/** Chips of one kind widen (A or B), chips of different kinds narrow (mine and overdue). */
export function kept(entries: Entry[], chips: ReadonlySet<Chip>, staffId: string, now: number, zone: string): Entry[] {
  if (!chips.size) return entries
  const listed_at = listedAt(now, zone)
  const tiers = CHIPS.filter((chip) => chip.length === 1 && chips.has(chip))
  return entries.filter(({ customer: { body } }) => {
    if (chips.has('mine') && body.owner_id !== staffId && !body.credits?.[staffId]) return false
    if (chips.has('overdue') && !isOverdue(body, now)) return false
    if (chips.has('dormant') && !isListed(body, listed_at)) return false
    return !tiers.length || tiers.includes((body.tier ?? '') as Chip)
  })
}

export function isOverdue(customer: Bodies['customer'], now: number): boolean {
  return Boolean(customer.next_at && customer.next_at < now && !hasWithdrawn(customer))
}

/** Rows that did not change stay the same objects, so each is made ready once. */
const ready = new WeakMap<Seen<Bodies['customer']>, Entry>()

const NOBODY: readonly Contact[] = []

function entryOf(customer: Seen<Bodies['customer']>, contacts: readonly Contact[]): Entry {
  const known = ready.get(customer)
  if (known && isSame(known.contacts, contacts)) return known
  const made = newEntry(customer, contacts)
  ready.set(customer, made)
  return made
}

function isSame(one: readonly Contact[], other: readonly Contact[]): boolean {
  return one === other || (one.length === other.length && one.every((contact, n) => contact === other[n]))
}

function newEntry(customer: Seen<Bodies['customer']>, contacts: readonly Contact[]): Entry {
  const { name, salutation, pinyin, initials, phone, tags } = customer.body
  return {
    customer,
    name: plain(`${name || ''}${salutation && salutation !== name ? ` ${salutation}` : ''}`),
    pinyin: plain(pinyin ?? ''),
    initials: plain(initials ?? ''),
    digits: localDigits(phone),
    tags: (tags ?? []).map(plain),
    contacts,
    others: contacts.map((contact) => ({ name: plain(contact.name ?? ''), digits: localDigits(contact.phone) })),
  }
}

/** Who led to this customer, where it was neither their own name nor their own number. */
export function ledBy(entry: Entry, typed: string): Contact | null {
  const query = plain(typed)
  return query && ownRank(entry, query) < 0 ? contactBy(entry, query) : null
}

/** 0 best .. 4; -1 is no match. */
function rankOf(entry: Entry, query: string): number {
  const own = ownRank(entry, query)
  if (own >= 0) return own
  return contactBy(entry, query) || entry.pinyin.includes(query) || entry.tags.some((tag) => tag.includes(query)) ? 4 : -1
}

function ownRank(entry: Entry, query: string): number {
  if (entry.name.startsWith(query)) return 0
  if (entry.name.includes(query)) return 1
  if (entry.initials.startsWith(query) || entry.pinyin.startsWith(query)) return 2
  return isNumber(query) && isPhonePart(entry.digits, query) ? 3 : -1
}

function contactBy(entry: Entry, query: string): Contact | null {
  const at = entry.others.findIndex((one) => one.name.includes(query) || (isNumber(query) && isPhonePart(one.digits, query)))
  return entry.contacts[at] ?? null
}

function isNumber(query: string): boolean {
  return /^\d{2,}$/.test(query)
}

/** The last digits, as people ask for them, or the number from its start. */
function isPhonePart(digits: string, query: string): boolean {
  return digits.endsWith(query) || (query.length > 3 && digits.startsWith(query))
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[\s·•'’-]+/g, '')
}
