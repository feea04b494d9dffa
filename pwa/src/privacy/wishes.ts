/** What customers did on their own page, told to whoever looks after them. */

import type { Bodies, Seen, Wish } from '../model'
import type { OutboxDatabase } from '../phone/databases'
import { calledBy } from '../customers/called'
import { t } from '../words'

const KINDS: readonly string[] = ['corrects', 'asks_erasure', 'self_erased'] satisfies Wish['kind'][]
const SHOWN_MS = 14 * 24 * 3600_000
const READ = 'wishes_read'
const READ_MOST = 200

/** The latest first; of two weeks, and until they are read. */
export function wishesOf(rows: Seen<Bodies['notice']>[], staff_id: string, read: string[], now: number): Seen<Wish>[] {
  return rows.filter((row): row is Seen<Wish> => KINDS.includes(row.body.kind) && row.body.to_id === staff_id && row.body.at > now - SHOWN_MS && !read.includes(row.id))
    .sort((a, b) => b.body.at - a.body.at)
}

export function wishText({ kind, name }: Wish): string {
  return t(`privacy.wish_${kind}`, { name: calledBy(name, undefined) })
}

export async function readOf(outbox: OutboxDatabase): Promise<string[]> {
  return ((await outbox.meta.get(READ))?.value as string[] | undefined) ?? []
}

export async function putAway(outbox: OutboxDatabase, id: string): Promise<void> {
  await outbox.meta.put({ key: READ, value: [...(await readOf(outbox)), id].slice(-READ_MOST) })
}
