import type { Draft } from './outbox'

/* When the database refuses to write, words go here until it recovers. Text only: photos do not fit. */

export interface Entry { unit: Draft[]; captured_at: number }

/** Keeps a unit in the reserve; false when even that is full or forbidden. The same unit is kept once. */
export function addToJournal(org: string, staff: string, { unit, captured_at }: Entry): boolean {
  try {
    const others = journalOf(org, staff).filter((known) => !isSame(known.unit, unit))
    localStorage.setItem(keyOf(org, staff), JSON.stringify([...others, { unit, captured_at }]))
    return true
  } catch {
    return false
  }
}

/** A fact is saved again under its own id, in other words perhaps; a row is patched many times. */
function isSame([one, ...rest]: Draft[], [other, ...others]: Draft[]): boolean {
  if (one?.id !== other?.id) return false
  return one?.base === undefined || JSON.stringify([one, rest]) === JSON.stringify([other, others])
}

/** What is in the reserve, oldest first. */
export function journalOf(org: string, staff: string): Entry[] {
  try {
    return JSON.parse(localStorage.getItem(keyOf(org, staff)) ?? '[]') as Entry[]
  } catch {
    return []
  }
}

/** Moves a person's reserve, where there is one, into their outbox; true when none is left. */
export async function emptyReserve(org: string, staff: string): Promise<boolean> {
  if (journalOf(org, staff).length === 0) return true
  return import('./rescue').then(({ importReserve }) => importReserve(org, staff), () => false)
}

const importing = new Map<string, Promise<boolean>>()

/**
 * Moves the reserve into the outbox, one unit at a time, dropping each only when it is saved. True when none is left. Who
 * asks while it is under way is answered with what comes of that.
 */
export function importJournal(org: string, staff: string, save: (entry: Entry) => Promise<void>): Promise<boolean> {
  const key = keyOf(org, staff)
  const run = importing.get(key) ?? alone(key, () => importEach(org, staff, save)).finally(() => importing.delete(key))
  importing.set(key, run)
  return run
}

/** Another tab may be at it too. */
async function alone<T>(key: string, run: () => Promise<T>): Promise<T> {
  return globalThis.navigator?.locks ? await navigator.locks.request(key, run) : run()
}

async function importEach(org: string, staff: string, save: (entry: Entry) => Promise<void>): Promise<boolean> {
  for (let entry = journalOf(org, staff)[0]; entry; entry = journalOf(org, staff)[0]) {
    try {
      await save(entry)
    } catch {
      return false
    }
    const kept = JSON.stringify(entry)
    takeFromJournal(org, staff, (one) => JSON.stringify(one) === kept)
  }
  return true
}

/** Takes out what `is` says; answers with how many are left. */
export function takeFromJournal(org: string, staff: string, is: (entry: Entry) => boolean): number {
  const left = journalOf(org, staff).filter((entry) => !is(entry))
  if (left.length) localStorage.setItem(keyOf(org, staff), JSON.stringify(left))
  else tearJournal(org, staff)
  return left.length
}

/** Throws the reserve away, with the device it belonged to. */
export function tearJournal(org: string, staff: string): void {
  localStorage.removeItem(keyOf(org, staff))
}

function keyOf(org: string, staff: string): string {
  return `shopbell-journal-${org}-${staff}`
}
