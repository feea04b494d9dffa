/** Templates that somebody began and did not save: they stay on this phone until they are saved or dropped. */

import { liveQuery, type Observable } from 'dexie'
import { ownOutbox } from '../phone/databases'
import { keepDraft } from '../phone/drafts'
import { newId } from '../sync/uuid7'
import { keyOf, type Draft, type Kept } from './draft'

/** By the id of the template it is or will be. */
export function unsaved(): Observable<Map<string, Kept>> {
  const outbox = ownOutbox()
  return liveQuery(async () => {
    const found = await outbox.drafts.where('key').startsWith(keyOf('')).toArray()
    return new Map(found.map(({ key, value }) => [key.slice(keyOf('').length), value as Kept]))
  })
}

/** A new one, kept before anybody leaves for its page; its id. */
export async function beginNew(draft: Draft): Promise<string> {
  const id = newId()
  const kept: Kept = { draft, before: null, base: 0, kept_at: Date.now() }
  await keepDraft(keyOf(id), kept)
  return id
}
