/** One's own code: customers who scan it get whoever shows it. Kept on the phone, for counters without a network. */

import { encode } from 'uqr'
import { call } from '../phone/api'
import { phoneDatabase } from '../phone/databases'
import { keyOf, me } from '../phone/session'

export interface Code { id: string; link: string }

/** As the server has it, or as it was when it was asked last. */
export async function ownCode(store_id: string): Promise<Code | null> {
  const key = `code:${keyOf(me())}:${store_id}`
  const { body } = await call<Code>('POST', `/api/stores/${encodeURIComponent(store_id)}/personal-codes`, { staff_id: me().staff_id })
  if (body) await phoneDatabase().settings.put({ key, value: body })
  return body ?? ((await phoneDatabase().settings.get(key))?.value as Code | undefined) ?? null
}

export const pictureOf = ({ id }: Code) => `/posters/${encodeURIComponent(id)}.png`
export const sheetOf = ({ id }: Code) => `/posters/${encodeURIComponent(id)}.pdf`

/** The dark squares as one path, in a square of `size`, its quiet margin included. */
export function drawing(link: string): { size: number; path: string } {
  const { data, size } = encode(link, { ecc: 'M', border: 4 })
  const squares = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
  return { size, path: squares.join('') }
}
