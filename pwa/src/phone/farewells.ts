import { liveQuery } from 'dexie'
import { readable, type Readable } from 'svelte/store'
import type { WhyRevoked } from '../sync/wire'
import { phoneDatabase } from './databases'
import { REVOKED } from './session'

/** What is told to whoever holds the phone; kept until they have read it. */
export interface Farewell {
  key: string
  name: string
  shared: boolean
  why: WhyRevoked
  at: number
  /** operations that went to the manager */
  handed: number
  /** still here; once wiped, what was lost */
  unsent: number
  photos: number
  wiped: boolean
}

/** Whose devices on this phone were revoked; live. */
export const farewells: Readable<Farewell[]> = readable<Farewell[]>([], (set) => {
  const reading = liveQuery(allFarewells).subscribe({ next: set, error: (cause: unknown) => console.error('reading this phone failed', cause) })
  return () => reading.unsubscribe()
})

async function allFarewells(): Promise<Farewell[]> {
  return (await phoneDatabase().settings.where('key').startsWith(REVOKED).toArray()).map(({ value }) => value as Farewell)
}

export async function farewellOf(key: string): Promise<Farewell | undefined> {
  return (await phoneDatabase().settings.get(REVOKED + key))?.value as Farewell | undefined
}

/** They have read it. */
export async function forgetFarewell(key: string): Promise<void> {
  await phoneDatabase().settings.delete(REVOKED + key)
}

export async function putFarewell(told: Farewell): Promise<void> {
  await phoneDatabase().settings.put({ key: REVOKED + told.key, value: told })
}
