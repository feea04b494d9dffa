import { liveQuery, type Observable } from 'dexie'
import type { FollowUp } from '../model'
import { ownOutbox } from '../phone/databases'

/** Follow-ups that are laid over the pulled rows; live. A short list, where all follow-ups may be thousands. */
export function unsentContacts(): Observable<FollowUp[]> {
  return liveQuery(async () => {
    const laid = await ownOutbox().operations.where('laid').equals(1).toArray()
    return laid.filter(({ entity }) => entity === 'follow_up').map(({ fields }) => fields as unknown as FollowUp)
  })
}
