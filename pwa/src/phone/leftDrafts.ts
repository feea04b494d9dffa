import { ownOutbox, type KeptDraft } from './databases'
import { dropDraft, nameOf } from './drafts'

/** What is told about somebody who may yet say no: it is not to outlast the day. */
export const REGISTERING = 'register:'
/** What a clerk registered, for as long as it is theirs to put right. */
export const REGISTERED = 'registered:'

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
