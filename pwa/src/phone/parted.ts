import type { Draft } from './outbox'

const MOST_OPERATIONS = 64
/** Below what a push may weigh as it travels, its envelope included, also where nothing is compressed. */
const MOST_BYTES = 192 * 1024

/** One unit, or where no push could carry that: its words, then its photos in units of their own. They only point at what they show. */
export function parted(unit: Draft[]): Draft[][] {
  if (unit.length < 2 || fits(unit)) return [unit]
  const words = unit.filter(({ entity }) => entity !== 'photo')
  const parts: Draft[][] = []
  for (const photo of unit.filter(({ entity }) => entity === 'photo')) {
    const last = parts.at(-1)
    if (last && fits([...last, photo])) last.push(photo)
    else parts.push([photo])
  }
  return words.length ? [words, ...parts] : parts
}

function fits(unit: Draft[]): boolean {
  return unit.length <= MOST_OPERATIONS && new TextEncoder().encode(JSON.stringify(unit)).length <= MOST_BYTES
}
