/**
 * What a scanned or typed text is. Pure: looks at the text only, opens nothing and trusts nothing in it.
 * Codes of other hosts are read too: the same shop answers under several addresses, and a code is only looked up here.
 */

import { canonicalPhone } from '../sync/phoneNumber'
import { barred, numbered, QR, type Item } from './item'

export interface Card { name: string; phone: string; company: string }
export type Found =
  | { kind: 'pass'; code: string }
  | { kind: 'poster'; token: string }
  | { kind: 'poster_code'; code: string }
  | ({ kind: 'person' } & Card)
  | Item
  | { kind: 'other'; text: string }
/** What a reader found; the format is '' for what was typed. */
export interface Scanned { text: string; format: string }

const LONGEST_TEXT = 4096
const NAME_LENGTH = 40
const TOKEN = /^[A-Za-z0-9][A-Za-z0-9._~-]{5,399}$/
/** Eight of the server's unambiguous letters, printed as two groups of four. */
const PASS = /^[2-9A-HJKMNPQRSTVWXYZ]{8}$/
const POSTER = /^[a-z0-9]{1,30}(-[2-9a-hjkmnpqrstvwxyz]{5})$/

/** Judge one text. Typed without an address it may be a pass, a number with spaces a phone; bars are on goods only. */
export function read(text: string, format = ''): Found {
  const clean = text.slice(0, LONGEST_TEXT).trim()
  const other: Found = { kind: 'other', text: clean }
  if (format && format !== QR) return barred(clean, format) ?? other
  return addressed(clean) ?? vcard(clean) ?? mecard(clean) ?? phoneNumber(clean) ?? bare(clean) ?? numbered(clean, format !== '') ?? other
}

const MATTERS: Found['kind'][] = ['pass', 'poster', 'poster_code', 'person', 'item', 'other']

/** Of several in one picture: what is of most use here, then what is nearest to the middle. */
export function best<C extends Scanned & { x: number; y: number }>(codes: C[]): C | null {
  const rank = ({ text, format }: C) => MATTERS.indexOf(read(text, format).kind)
  const away = ({ x, y }: C) => Math.hypot(x - 0.5, y - 0.5)
  return codes.filter(({ text }) => text).sort((a, b) => rank(a) - rank(b) || away(a) - away(b))[0] ?? null
}

/** The host of an address of somebody else's, as it is looked up; '' for what is no web address. */
export function hostOf(text: string): string {
  return /^https?:\/\/\S+$/i.test(text) && URL.canParse(text) ? new URL(text).host : ''
}

function addressed(text: string): Found | null {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null
  const [room = '', code = '', ...rest] = new URL(text).pathname.split('/').filter(Boolean)
  const plain = code.replace(/\.svg$/, '')
  if (rest.length > 0) return null
  if (room === 'pass') return pass(plain)
  if (room === 'r' && TOKEN.test(plain)) return { kind: 'poster', token: plain }
  return room === 'p' ? poster(plain) : null
}

function bare(text: string): Found | null {
  return pass(text.replace(/[\s-]/g, '')) ?? poster(text)
}

function pass(code: string): Found | null {
  return PASS.test(code.toUpperCase()) ? { kind: 'pass', code: code.toUpperCase() } : null
}

function poster(code: string): Found | null {
  return POSTER.test(code.toLowerCase()) ? { kind: 'poster_code', code: code.toLowerCase() } : null
}

/** A number as people write it, or tel:. */
function phoneNumber(text: string): Found | null {
  const phone = callable(text)
  return phone ? { kind: 'person', name: '', phone, company: '' } : null
}

/** A mainland mobile in its one spelling, or a number with its country; '' for what a form could not use. */
export function callable(text: string): string {
  const plain = text.trim().replace(/^tel:/i, '').split(/[;,?]/)[0] ?? ''
  const squeezed = plain.replace(/[\s().-]/g, '').replace(/^00/, '+')
  return canonicalPhone(plain) ?? (/^\+(?!86)[1-9]\d{6,14}$/.test(squeezed) ? squeezed : '')
}

function vcard(text: string): Found | null {
  if (!/^BEGIN:VCARD/i.test(text)) return null
  const lines = text.replace(/\r\n?/g, '\n').replace(/=\n/g, '').replace(/\n[ \t]/g, '').split('\n').map(property)
  const of = (key: string) => lines.find((line) => line.key === key)?.value ?? ''
  const phones = lines.filter((line) => line.key === 'TEL').map((line) => callable(line.value))
  const mobile = phones.find((phone) => /^\+861[3-9]/.test(phone)) ?? phones.find(Boolean) ?? ''
  return person(of('FN') || structured(of('N'), ';'), mobile, of('ORG').replace(/;+/g, ' '))
}

interface Property { key: string; value: string }

/** `item1.TEL;TYPE=CELL:138…` → TEL, 138…; quoted-printable and backslash escapes undone. */
function property(line: string): Property {
  const colon = line.indexOf(':')
  const [head = '', ...params] = line.slice(0, Math.max(0, colon)).split(';')
  const raw = line.slice(colon + 1).trim()
  const quoted = params.some((param) => /QUOTED-PRINTABLE/i.test(param))
  return { key: head.replace(/^[\w-]+\./, '').toUpperCase(), value: unescaped(quoted ? unquoted(raw) : raw) }
}

function unquoted(text: string): string {
  try {
    return decodeURIComponent(text.replace(/%/g, '%25').replace(/=([0-9A-Fa-f]{2})/g, '%$1'))
  } catch {
    return text
  }
}

function unescaped(text: string): string {
  return text.replace(/\\n/gi, ' ').replace(/\\(.)/g, '$1')
}

/** `MECARD:N:薄,文;TEL:138…;;` as Android and WeChat contacts write it. */
function mecard(text: string): Found | null {
  if (!/^MECARD:/i.test(text)) return null
  const fields = text.slice('MECARD:'.length).match(/(?:\\.|[^;\\])+/g) ?? []
  const of = (key: string) => fields.find((field) => field.toUpperCase().startsWith(`${key}:`))?.slice(key.length + 1) ?? ''
  return person(structured(unescaped(of('N')), ','), callable(of('TEL')), unescaped(of('ORG')))
}

/** Family name first in Chinese without a space, last in Latin script. */
function structured(name: string, separator: string): string {
  const [family = '', given = ''] = name.split(separator).map((part) => part.trim())
  if (/\p{Script=Han}/u.test(name)) return family + given
  return [given, family].filter(Boolean).join(' ')
}

function person(name: string, phone: string, company: string): Found | null {
  const short = [...name.trim()].slice(0, NAME_LENGTH).join('')
  return short || phone ? { kind: 'person', name: short, phone, company: company.trim() } : null
}

/** The address of Register with what the card said filled in. */
export function registerPath(card: Pick<Card, 'name' | 'phone'>): string {
  const query = new URLSearchParams()
  if (card.phone) query.set('phone', card.phone)
  if (card.name) query.set('name', card.name)
  const text = query.toString()
  return text ? `/register?${text}` : '/register'
}
