import { mergedIn } from './aliases'
import { ownCache, ownOutbox, type KeptDraft } from './databases'
import { me } from './session'

/** Keeps what is being typed, at each tap; `value` must be plain data. Local only, never synced. */
export async function keepDraft(key: string, value: unknown, lapses_at?: number): Promise<void> {
  const draft = { key, value: structuredClone(value), kept_at: Date.now(), ...(lapses_at && { lapses_at }) }
  await ownOutbox().drafts.put(draft).then(() => localStorage.removeItem(nameOf(key)), (cause: unknown) => setAside(draft, cause))
}

/** Several at once or none, instead of what lies under keys that begin with `former`. */
export async function keepDrafts(drafts: [key: string, value: unknown][], former: string): Promise<void> {
  const table = ownOutbox().drafts
  await ownOutbox().transaction('rw', table, async () => {
    for (const [key, value] of drafts) await keepDraft(key, value)
    await table.where('key').startsWith(`${former}:`).delete()
  })
}

/** What was kept under this key, or undefined. */
export async function readDraft<T>(key: string): Promise<T | undefined> {
  return ((await newest(key)) ?? (await former(key)))?.value as T | undefined
}

/** Need not be waited for: whoever reads a draft afterwards is served after it, and one that stays is only seen again. */
export async function dropDraft(...keys: string[]): Promise<void> {
  for (const key of keys) localStorage.removeItem(nameOf(key))
  await ownOutbox().drafts.bulkDelete(keys).catch((cause: unknown) => console.warn('a draft stays', cause))
}

/** A database that refuses must not cost what is being typed. Bytes of photos do not fit here: they fail as before. */
function setAside(draft: KeptDraft, cause: unknown): void {
  console.warn('a draft is kept aside', cause)
  localStorage.setItem(nameOf(draft.key), JSON.stringify(draft, (_, value: unknown) => {
    if (value instanceof ArrayBuffer) throw cause
    return value
  }))
}

async function newest(key: string): Promise<KeptDraft | undefined> {
  const aside = localStorage.getItem(nameOf(key))
  return aside ? (JSON.parse(aside) as KeptDraft) : ownOutbox().drafts.get(key).catch(() => undefined)
}

/** What was begun about a record that has become part of this one goes on here. A sheet that changes what it saw does not: that was the other's. */
async function former(key: string): Promise<KeptDraft | undefined> {
  const [kind, id] = key.split(':') as [string, string]
  if (!/^(follow_up|comment|visit)/.test(kind)) return undefined
  const known = await ownOutbox().aliases.filter(({ of }) => of === id).primaryKeys()
  const merged = mergedIn((await ownCache().rows.get(id))?.body) ?? []
  for (const other of [...known, ...merged]) {
    const name = `${kind}:${other}`
    const found = await newest(name)
    if (!found) continue
    await keepDraft(key, found.value)
    await dropDraft(name)
    return found
  }
  return undefined
}

/** Where one is kept aside. */
export function nameOf(key: string): string {
  const who = me()
  return `shopbell-draft-${who.org.id}-${who.staff_id}-${key}`
}
