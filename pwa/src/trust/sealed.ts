/*
 * A file that only its code opens: one line of JSON that says whose it is, then AES-256-GCM over the content. The key
 * is PBKDF2 of the code; the line is authenticated with the content. Pure, but for randomness.
 */

export interface Label {
  format: 'shopbell-unsent'
  v: 2
  org_id: string
  staff_id: string
  made_at: number
  salt: string
  iv: string
  rounds: number
  /** four bytes of the key's hash: a wrong code is told from a damaged file */
  check: string
  /** of what follows */
  bytes: number
  sha256: string
}
export type Owner = Pick<Label, 'org_id' | 'staff_id' | 'made_at'>

/** not_ours: no such file; newer: of a later version; torn: cut or changed on its way. */
export class Unfit extends Error {
  constructor(readonly code: 'not_ours' | 'newer' | 'torn' | 'wrong_code' | 'other_person' | 'other_org' | 'no_network' | 'signed_out') {
    super(code)
  }
}

const ROUNDS = 600_000
/** Without 0 and O, 1 and I: it is copied by hand. 12 of 32 are 60 bits. */
const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const CODE_LENGTH = 12
const LINE_END = 10
const LONGEST_LABEL = 2000

/** K7QM-2F9X-PVTD */
export function newCode(): string {
  const letters = Array.from(crypto.getRandomValues(new Uint8Array(CODE_LENGTH)), (byte) => LETTERS[byte & 31]).join('')
  return letters.match(/.{4}/g)!.join('-')
}

export async function seal(content: Uint8Array<ArrayBuffer>, code: string, { org_id, staff_id, made_at }: Owner, rounds = ROUNDS): Promise<Blob> {
  const [salt, iv] = [crypto.getRandomValues(new Uint8Array(16)), crypto.getRandomValues(new Uint8Array(12))]
  const { key, check } = await keyFrom(code, salt, rounds)
  const label: Omit<Label, 'bytes' | 'sha256'> = { format: 'shopbell-unsent', v: 2, org_id, staff_id, made_at, salt: hex(salt), iv: hex(iv), rounds, check }
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: bound(label) }, key, content)
  const whole: Label = { ...label, bytes: sealed.byteLength, sha256: await sha256(new Uint8Array(sealed)) }
  return new Blob([`${JSON.stringify(whole)}\n`, sealed], { type: 'application/octet-stream' })
}

/** Whose file this is, and that all of it is there; needs no code. Throws Unfit. */
export async function inspect(file: Uint8Array<ArrayBuffer>): Promise<Label> {
  const label = labelOf(file)
  const sealed = contentOf(file)
  if (sealed.byteLength !== label.bytes || (await sha256(sealed)) !== label.sha256) throw new Unfit('torn')
  return label
}

/** Throws Unfit for another code, and for a label that is not the content's own. */
export async function unseal(file: Uint8Array<ArrayBuffer>, code: string): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes: _, sha256: __, ...label } = await inspect(file)
  const { key, check } = await keyFrom(code, unhex(label.salt), label.rounds)
  if (check !== label.check) throw new Unfit('wrong_code')
  const opening = crypto.subtle.decrypt({ name: 'AES-GCM', iv: unhex(label.iv), additionalData: bound(label) }, key, contentOf(file))
  return new Uint8Array(await opening.catch(() => { throw new Unfit('torn') }))
}

function labelOf(file: Uint8Array): Label {
  const end = file.indexOf(LINE_END)
  if (end < 0 || end > LONGEST_LABEL) throw new Unfit('not_ours')
  const label = parsed(new TextDecoder().decode(file.subarray(0, end)))
  if (label?.format !== 'shopbell-unsent') throw new Unfit('not_ours')
  if (Number(label.v) > 2) throw new Unfit('newer')
  if (label.v !== 2 || !(label.rounds <= ROUNDS * 10)) throw new Unfit('not_ours')
  return label as Label
}

function parsed(text: string): (Omit<Label, 'format' | 'v'> & { format?: unknown; v?: unknown }) | null {
  try {
    return JSON.parse(text) as Label | null
  } catch {
    return null
  }
}

function contentOf(file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return file.subarray(file.indexOf(LINE_END) + 1)
}

async function keyFrom(code: string, salt: Uint8Array<ArrayBuffer>, rounds: number): Promise<{ key: CryptoKey; check: string }> {
  const plain = new TextEncoder().encode(code.toUpperCase().replace(/[^0-9A-Z]/g, ''))
  const base = await crypto.subtle.importKey('raw', plain, 'PBKDF2', false, ['deriveBits'])
  const bits = new Uint8Array(await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds }, base, 256))
  const key = await crypto.subtle.importKey('raw', bits, 'AES-GCM', false, ['encrypt', 'decrypt'])
  return { key, check: (await sha256(bits)).slice(0, 8) }
}

/** What the content is bound to: no label can be put before another's content. */
function bound(label: Omit<Label, 'bytes' | 'sha256'>): Uint8Array<ArrayBuffer> {
  const { org_id, staff_id, made_at, salt, rounds } = label
  return new TextEncoder().encode(JSON.stringify([org_id, staff_id, made_at, salt, rounds]))
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function unhex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16))
}
