import { ownOutbox } from './databases'

/** Keeps what is being typed, at each tap; `value` must be plain data. Local only, never synced. */
export async function keepDraft(key: string, value: unknown): Promise<void> {
  await ownOutbox().drafts.put({ key, value: structuredClone(value), kept_at: Date.now() })
}

/** What was kept under this key, or undefined. */
export async function readDraft<T>(key: string): Promise<T | undefined> {
  return (await ownOutbox().drafts.get(key))?.value as T | undefined
}

/** When the draft was last kept, ms of this phone, or undefined. */
export async function draftKeptAt(key: string): Promise<number | undefined> {
  return (await ownOutbox().drafts.get(key))?.kept_at
}

export async function dropDraft(key: string): Promise<void> {
  await ownOutbox().drafts.delete(key)
}
