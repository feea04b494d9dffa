import { liveQuery, type Observable } from 'dexie'
import type { FollowUp } from '../model'
import { resolved } from '../phone/aliases'
import { ownOutbox } from '../phone/databases'
import { counted } from '../phone/mirror/correction'

/** Follow-ups that are laid over the pulled rows, as they are to be read; live. A short list, where all may be thousands. */
export function unsentContacts(): Observable<FollowUp[]> {
  return liveQuery(async () => {
    const outbox = ownOutbox()
    const laid = await outbox.operations.where('laid').equals(1).sortBy('seq')
    const aliases = new Map((await outbox.aliases.toArray()).map(({ id, of }) => [id, of]))
    return counted(laid).filter(({ entity }) => entity === 'follow_up')
      .map(({ fields, root }) => ({ ...(fields as unknown as FollowUp), customer_id: resolved(aliases, root) }))
  })
}
