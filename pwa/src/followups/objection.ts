import type { Bodies, Seen } from '../model'
import { wasAt } from './when'

/** The newest objection that no later contact answered, as the server says it on the customer; what waits on this phone counts. */
export function openObjection(contacts: readonly Seen<Bodies['follow_up']>[]): Seen<Bodies['follow_up']> | null {
  for (const contact of [...contacts].sort((a, b) => wasAt(b) - wasAt(a))) {
    const result = contact.body.objection?.result
    if (result === 'open') return contact
    if (result === 'resolved' || result === 'none') return null
  }
  return null
}
