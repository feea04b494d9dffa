/** One's own code: customers who scan it get whoever shows it. Kept on the phone, for counters without a network. */

import { encode } from 'uqr'
import { call } from '../phone/api'
import { phoneDatabase } from '../phone/databases'
import { keyOf, me } from '../phone/session'
import type { Hung, Old } from '../stores/posters'

export interface Code { id: string; link: string }
/** One's own at a store: `code` null where it was ended, or nobody knows; `old`: those of which the end was said. */
export interface Own { code: Code | null; old: Old[] }
export interface Codes { codes: (Hung & { staff_id: string })[]; old: (Old & { staff_id: string })[] }

/** As the server has it, or as it was when it was asked last. Whoever never had one gets one; whoever ended theirs is asked first. */
export async function ownCode(store_id: string): Promise<Own> {
  const { body } = await askCodes(store_id)
  if (!body) return { code: await keptCode(store_id), old: [] }
  const { code, old } = codesOf(body, me().staff_id)
  await keepCode(store_id, code)
  return { code: code ?? (old.length ? null : await makeCode(store_id)), old }
}

export async function makeCode(store_id: string): Promise<Code | null> {
  const { body } = await call<Code>('POST', doorOf(store_id), { staff_id: me().staff_id })
  if (body) await keepCode(store_id, body)
  return body
}

/** One's own; everybody's for whoever leads the store. */
export const askCodes = (store_id: string) => call<Codes>('GET', doorOf(store_id))

/** One person's of these. */
export function codesOf({ codes, old }: Codes, staff_id: string): { code: Hung | null; old: Old[] } {
  const isTheirs = (each: { staff_id: string }) => each.staff_id === staff_id
  return { code: codes.find(isTheirs) ?? null, old: old.filter(isTheirs) }
}

async function keptCode(store_id: string): Promise<Code | null> {
  return ((await phoneDatabase().settings.get(keyFor(store_id)))?.value as Code | null | undefined) ?? null
}

async function keepCode(store_id: string, code: Code | null) {
  await phoneDatabase().settings.put({ key: keyFor(store_id), value: code && { id: code.id, link: code.link } })
}

const keyFor = (store_id: string) => `code:${keyOf(me())}:${store_id}`
const doorOf = (store_id: string) => `/api/stores/${encodeURIComponent(store_id)}/personal-codes`

export const pictureOf = ({ id }: Code) => `/posters/${encodeURIComponent(id)}.png`
export const sheetOf = ({ id }: Code) => `/posters/${encodeURIComponent(id)}.pdf`

/** The dark squares as one path, in a square of `size`, its quiet margin included. */
export function drawing(link: string): { size: number; path: string } {
  const { data, size } = encode(link, { ecc: 'M', border: 4 })
  const squares = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
  return { size, path: squares.join('') }
}
