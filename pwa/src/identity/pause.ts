import { certainNow } from '../phone/clock'
import { phoneDatabase } from '../phone/databases'

/* After five wrong PINs there is a pause, after each further one twice as long. Whoever holds the phone can set its
   clock: only the server's time, and the time that somebody sits before this page, make a pause shorter. */

const TRIES = 5
const PAUSE_MS = 60_000
/** `at`: the server's time of the last wrong one, null where nobody knew it. `sat_ms`: how long a page was open since. */
interface Failures { count: number; at: number | null; sat_ms?: number }

/** performance.now() up to which `sat_ms` has counted, from when this page first looked. */
const counted = new Map<string, number>()

/** How long (ms) this person's PIN cannot be tried. */
export async function waitLeft(key: string): Promise<number> {
  const failures = await read(key)
  if (!failures || failures.count < TRIES) return 0
  const fresh = passed(failures, key)
  await write(key, fresh)
  const known_ms = fresh.at === null ? 0 : (certainNow() ?? 0) - fresh.at
  return Math.max(0, PAUSE_MS * 2 ** (fresh.count - TRIES) - Math.max(fresh.sat_ms ?? 0, known_ms))
}

export async function countFailure(key: string): Promise<void> {
  const before = await read(key)
  counted.set(key, performance.now())
  await write(key, { count: (before?.count ?? 0) + 1, at: certainNow(), sat_ms: 0 })
}

export async function forgive(key: string): Promise<void> {
  counted.delete(key)
  await phoneDatabase().settings.delete(nameOf(key))
}

function passed({ count, at, sat_ms }: Failures, key: string): Failures {
  const here = performance.now()
  const sat = (sat_ms ?? 0) + here - (counted.get(key) ?? here)
  counted.set(key, here)
  // What an older version kept was by the phone's own clock.
  const believed = sat_ms === undefined ? null : at
  const now = certainNow()
  return { count, sat_ms: sat, at: believed ?? (now === null ? null : now - sat) }
}

async function read(key: string): Promise<Failures | undefined> {
  return (await phoneDatabase().settings.get(nameOf(key)))?.value as Failures | undefined
}

async function write(key: string, value: Failures): Promise<void> {
  await phoneDatabase().settings.put({ key: nameOf(key), value })
}

function nameOf(key: string): string {
  return `failures:${key}`
}
