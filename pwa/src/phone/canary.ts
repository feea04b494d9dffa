import { newId } from '../sync/uuid7'
import { call } from './api'
import { outboxOf, phoneDatabase, type Known } from './databases'
import type { Saved } from './outbox'
import { reportOf } from './report'
import { keyOf, type Person } from './session'

const NAME = 'shopbell_install'
const INSTALL = 'install'
const YEAR_S = 365 * 86_400
const LOST = 'evicted'
/** Before the id of a loss that the server has not heard of. */
const UNTOLD = 'untold:'

/** What the browser threw away, as far as what it left still tells. `unsent` null: nothing tells. */
export interface Loss { found_at: number; unsent: Remembered | null }
/** What was unsent on this phone when it was last counted. */
export interface Remembered { counted_at: number; people: Unsent[] }
export interface Unsent { key: string; name: string; records: number; photos: number; oldest_at: number | null }

/**
 * What is known of a loss that nobody has yet read of, or null. The browser has thrown this phone's databases away when
 * the cookie or localStorage remembers an install of which IndexedDB knows nothing. Silent emptiness would be the worst news.
 */
export async function canary(): Promise<Loss | null> {
  const { settings } = phoneDatabase()
  const stored = (await settings.get(INSTALL))?.value as string | undefined
  const remembered = read(NAME) ?? cookie()
  const install = stored ?? newId()
  if (!stored && remembered) {
    const loss: Loss = { found_at: Date.now(), unsent: lastCount() }
    await settings.bulkPut([{ key: LOST, value: loss }, { key: `${UNTOLD}${newId()}`, value: loss }])
  }
  await settings.put({ key: INSTALL, value: install })
  keep(NAME, install)
  document.cookie = `${NAME}=${install}; path=/; max-age=${YEAR_S}; samesite=strict`
  return lossOf()
}

export async function lossOf(): Promise<Loss | null> {
  return ((await phoneDatabase().settings.get(LOST))?.value as Loss | undefined) ?? null
}

/** They have read it. */
export async function forgetLoss(): Promise<void> {
  await phoneDatabase().settings.delete(LOST)
}

/** Tells the server, so that whoever leads them asks, what was lost of this person's and of their colleagues' here. */
export async function tellLosses(who: Person): Promise<void> {
  const { settings } = phoneDatabase()
  for (const { key, value } of await settings.where('key').startsWith(UNTOLD).toArray()) {
    const { found_at, unsent } = value as Loss
    const people = unsent && lostOf(unsent, who)
    if (people?.length === 0) await settings.delete(key)
    else {
      const { ok, status } = await call('POST', '/api/losses', { id: key.slice(UNTOLD.length), found_at, sent_at: Date.now(), people })
      // What it does not take now it never will.
      if (ok || status === 400) await settings.delete(key)
    }
  }
}

function lostOf({ people }: Remembered, who: Person): object[] {
  const before = keyOf(who).slice(0, -who.staff_id.length)
  return people.filter(({ key }) => key.startsWith(before)).map(({ key, records, photos, oldest_at }) => ({ staff_id: key.slice(before.length), records, photos, oldest_at }))
}

const COUNT = 'shopbell-unsent'

/** Remembers, where a browser that makes room does not look, what would be lost with the databases. */
export function rememberCount(people: Unsent[]): void {
  keep(COUNT, JSON.stringify({ counted_at: Date.now(), people } satisfies Remembered))
}

let saves = 0

/** Adds a save to what is remembered, before anybody is told that it is on the phone: a count takes its time. */
export function rememberSave({ who, records, photos, at }: Saved): void {
  saves += 1
  const [people, key] = [lastCount()?.people ?? [], keyOf(who)]
  const own = people.find((one) => one.key === key) ?? { key, name: who.name, records: 0, photos: 0, oldest_at: null }
  const more = { ...own, records: own.records + records, photos: own.photos + photos, oldest_at: own.oldest_at ?? at }
  rememberCount([...people.filter((one) => one !== own), more])
}

/**
 * Counts anew. What was saved meanwhile may be missing, and has asked for a count of its own. Where the install is gone the
 * databases were thrown away beneath this page: their emptiness is no count.
 */
export async function countUnsent(): Promise<void> {
  const before = saves
  if (!(await phoneDatabase().settings.get(INSTALL))) return
  const people = await phoneDatabase().people.toArray()
  const unsent = (await Promise.all(people.map(unsentOf))).filter(({ records, photos }) => records + photos > 0)
  if (before === saves) rememberCount(unsent)
}

async function unsentOf({ key, org_id, staff_id, person: who }: Known): Promise<Unsent> {
  const { pending, photos, oldest_at } = await reportOf(outboxOf(org_id, staff_id))
  return { key, name: (who as unknown as Person).name, records: pending, photos, oldest_at }
}

function lastCount(): Remembered | null {
  try {
    return JSON.parse(read(COUNT) ?? 'null') as Remembered | null
  } catch {
    return null
  }
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    // Full or forbidden: the cookie alone has to tell.
  }
}

/** Asks the browser to keep this phone's data; true when it agreed. Best asked after a tap. */
export async function askToPersist(): Promise<boolean> {
  return (await navigator.storage?.persist?.().catch(() => false)) ?? false
}

export interface Keeping { persisted: boolean; used_bytes: number; quota_bytes: number }

export async function storageState(): Promise<Keeping> {
  const persisted = (await navigator.storage?.persisted?.().catch(() => false)) ?? false
  const estimate: StorageEstimate = (await navigator.storage?.estimate?.().catch(() => ({}))) ?? {}
  return { persisted, used_bytes: estimate.usage ?? 0, quota_bytes: estimate.quota ?? 0 }
}

function cookie(): string | null {
  return new RegExp(`(?:^|; )${NAME}=([^;]+)`).exec(document.cookie)?.[1] ?? null
}
