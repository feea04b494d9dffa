import { ownOutbox, type KeptDraft } from './databases'
import { me } from './session'

/** What is told about somebody who may yet say no: it is not to outlast the day. */
export const REGISTERING = 'register:'

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
  return (await newest(key))?.value as T | undefined
}

/** What was left under keys that begin so, the latest first; what has lapsed by `now` is thrown away instead. */
export async function leftDrafts(prefix: string, now: number): Promise<KeptDraft[]> {
  const found = new Map((await ownOutbox().drafts.where('key').startsWith(prefix).toArray()).map((draft) => [draft.key, draft]))
  for (const name of Object.keys(localStorage).filter((name) => name.startsWith(nameOf(prefix)))) {
    const draft = JSON.parse(localStorage.getItem(name)!) as KeptDraft
    found.set(draft.key, draft)
  }
  const drafts = [...found.values()]
  const lapsed = drafts.filter(({ lapses_at }) => lapses_at && lapses_at <= now)
  if (lapsed.length) await dropDraft(...lapsed.map(({ key }) => key))
  return drafts.filter((draft) => !lapsed.includes(draft)).sort((a, b) => b.kept_at - a.kept_at)
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

function nameOf(key: string): string {
  const who = me()
  return `shopbell-draft-${who.org.id}-${who.staff_id}-${key}`
}
