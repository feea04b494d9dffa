import type { Bodies, Seen } from '../model'
import { toast } from '../ui/toast'
import { t } from '../words'
import { makeVoid } from './correcting'

/** What may still be undone, or is being undone; newest first. */
export function recentlyDeleted(rows: Seen<Bodies['deletion']>[]): Seen<Bodies['deletion']>[] {
  return rows.filter(({ body, pending }) => !body.void || pending).sort((a, b) => b.at - a.at)
}

/** Makes a deletion void; the customer comes back when the server has heard of it. */
export async function undelete(id: string): Promise<void> {
  try {
    await makeVoid(id)
    toast(t('records.undeleted'), 'good')
  } catch {
    toast(t('customers.save_failed'), 'bad')
  }
}
