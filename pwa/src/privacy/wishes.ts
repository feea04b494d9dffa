/** What customers did on their own page, told to whoever looks after them. */

import type { Bodies, Seen, Wish } from '../model'
import type { OutboxDatabase } from '../phone/databases'
import { calledBy } from '../customers/called'
import { t } from '../words'

const KINDS: readonly string[] = ['corrects', 'asks_erasure', 'withdrew', 'erasure_due', 'self_erased'] satisfies Wish['kind'][]
const SHOWN_MS = 14 * 24 * 3600_000
const READ = 'wishes_read'
const READ_MOST = 200

/** What is told once: `body` is the newest of a kind about one customer, `ids` all of them. */
export interface Told { id: string; body: Wish; ids: string[] }

/** The latest first; of two weeks, and until they are read. */
export function wishesOf(rows: Seen<Bodies['notice']>[], staff_id: string, read: string[], now: number): Told[] {
  const told = new Map<string, Told>()
  const fresh = rows.filter((row): row is Seen<Wish> => KINDS.includes(row.body.kind) && row.body.to_id === staff_id && row.body.at > now - SHOWN_MS && !read.includes(row.id))
  for (const { id, body } of fresh.sort((a, b) => b.body.at - a.body.at)) {
    const same = body.customer_id ? `${body.kind} ${body.customer_id}` : id
    const known = told.get(same)
    if (known) known.ids.push(id)
    else told.set(same, { id, body, ids: [id] })
  }
  return [...told.values()]
}

export function wishText({ kind, name, days = 0 }: Wish, n = 1): string {
  const left = days > 0 ? t('privacy.days_left', { n: days }) : days ? t('privacy.days_over', { n: -days }) : t('privacy.days_last')
  const more = n > 1 && kind === 'corrects' ? t('privacy.wish_more', { n }) : ''
  return t(`privacy.wish_${kind}`, { name: calledBy(name, undefined), left }) + more
}

export async function readOf(outbox: OutboxDatabase): Promise<string[]> {
  return ((await outbox.meta.get(READ))?.value as string[] | undefined) ?? []
}

export async function putAway(outbox: OutboxDatabase, ids: string[]): Promise<void> {
  await outbox.meta.put({ key: READ, value: [...(await readOf(outbox)), ...ids].slice(-READ_MOST) })
}
