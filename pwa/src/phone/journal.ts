import type { Draft } from './outbox'

/* When the database refuses to write, words go here until it recovers. Text only: photos do not fit. */

export interface Entry { unit: Draft[]; captured_at: number }

/** Keeps a unit in the reserve; false when even that is full or forbidden. The same unit is kept once. */
export function addToJournal(org: string, staff: string, { unit, captured_at }: Entry): boolean {
  try {
    const others = journalOf(org, staff).filter((known) => known.unit[0]?.id !== unit[0]?.id)
    localStorage.setItem(keyOf(org, staff), JSON.stringify([...others, { unit, captured_at }]))
    return true
  } catch {
    return false
  }
}

/** What is in the reserve, oldest first. */
export function journalOf(org: string, staff: string): Entry[] {
  try {
    return JSON.parse(localStorage.getItem(keyOf(org, staff)) ?? '[]') as Entry[]
  } catch {
    return []
  }
}

/** Moves the reserve into the outbox, one unit at a time, dropping each only when it is saved. True when none is left. */
export async function importJournal(org: string, staff: string, save: (entry: Entry) => Promise<void>): Promise<boolean> {
  for (const entry of journalOf(org, staff)) {
    try {
      await save(entry)
    } catch {
      return false
    }
    localStorage.setItem(keyOf(org, staff), JSON.stringify(journalOf(org, staff).slice(1)))
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
