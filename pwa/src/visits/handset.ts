import { phoneDatabase } from '../phone/databases'
import { keyOf, me } from '../phone/session'

const KEY = 'shopbell-handset'
const BYTES = 8

/** A number of this browser's own, made up at random: it says nothing, but that two check-ins were made with one phone. A phone that the store shares has none. */
export async function handset(): Promise<{ handset?: string }> {
  const known = await phoneDatabase().people.get(keyOf(me()))
  if (!known || known.shared) return {}
  let held = localStorage.getItem(KEY)
  if (!held) localStorage.setItem(KEY, (held = [...crypto.getRandomValues(new Uint8Array(BYTES))].map((byte) => byte.toString(16).padStart(2, '0')).join('')))
  return { handset: held }
}
