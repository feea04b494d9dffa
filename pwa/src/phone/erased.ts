import { toast } from '../ui/toast'
import { learnRest, t } from '../words'
import { cacheOf, outboxOf, type CacheDatabase, type Operation, type OutboxDatabase } from './databases'
import { takeFromJournal } from './journal'

/* Somebody was erased: what this phone kept of them beside the pulled rows goes too. */

/** What was told of work that went with them, until it is read. */
export interface Told { count: number; at: number }
const TOLD = 'erased'
const DONE = 'erasures'

/** What the server answered as erased was written after it: it is not kept, here or there. */
export async function forgetAnswered(outbox: OutboxDatabase): Promise<void> {
  const answered = await outbox.operations.where('state').equals('refused').filter(({ receipt }) => receipt?.code === 'erased').toArray()
  if (!answered.length) return
  const ids = new Set(answered.map(({ id }) => id))
  await outbox.transaction('rw', outbox.operations, outbox.photos, outbox.meta, async () => {
    const photos = await outbox.photos.filter(({ id, subject_id }) => ids.has(id) || ids.has(subject_id)).primaryKeys()
    await outbox.operations.bulkDelete(answered.map(({ seq }) => seq))
    await outbox.photos.bulkDelete(photos)
    const before = (await outbox.meta.get(TOLD))?.value as Told | undefined
    await outbox.meta.put({ key: TOLD, value: { count: (before?.count ?? 0) + answered.length, at: Date.now() } satisfies Told })
  })
  await learnRest()
  toast(t('privacy.gone_unsent'))
}

export async function toldOf(outbox: OutboxDatabase): Promise<Told | undefined> {
  return (await outbox.meta.get(TOLD))?.value as Told | undefined
}

export async function forgetTold(outbox: OutboxDatabase): Promise<void> {
  await outbox.meta.delete(TOLD)
}

/** After a pull to the head: each erasure that came is carried out once in what is beside the rows. */
export async function carryOut(org: string, staff: string): Promise<void> {
  const [outbox, cache] = [outboxOf(org, staff), cacheOf(org, staff)]
  const done = new Set(((await outbox.meta.get(DONE))?.value as string[] | undefined) ?? [])
  const come = (await erasuresIn(cache)).filter(({ id }) => !done.has(id))
  if (!come.length) return
  const ids = new Set(come.flatMap(({ body }) => body.ids as string[]))
  await forgetAbout(outbox, ids)
  takeFromJournal(org, staff, ({ unit }) => unit.some((draft) => names(draft, ids)))
  await outbox.meta.put({ key: DONE, value: [...done, ...come.map(({ id }) => id)] })
}

function erasuresIn(cache: CacheDatabase) {
  return cache.rows.where('entity').equals('erasure').toArray()
}

/** What waits is left to the server's answer: its numbers must stay without a gap. */
async function forgetAbout(outbox: OutboxDatabase, ids: Set<string>): Promise<void> {
  await outbox.transaction('rw', outbox.operations, outbox.photos, outbox.drafts, outbox.aliases, async () => {
    const about = await outbox.operations.filter((op) => ids.has(op.root) || names(op, ids)).toArray()
    const theirs = new Set([...ids, ...about.map(({ id }) => id)])
    await outbox.operations.bulkDelete(about.filter(isAnswered).map(({ seq }) => seq))
    await outbox.photos.filter(({ id, subject_id }) => theirs.has(id) || theirs.has(subject_id)).delete()
    await outbox.drafts.filter(({ key }) => isKeyOf(key, theirs)).delete()
    await outbox.aliases.filter(({ id, of }) => theirs.has(id) || theirs.has(of)).delete()
  })
  for (const key of Object.keys(localStorage)) if (key.startsWith('shopbell-draft-') && isKeyOf(key, ids)) localStorage.removeItem(key)
}

function isAnswered({ state }: Operation): boolean {
  return state === 'sent' || state === 'refused'
}

function isKeyOf(key: string, ids: Set<string>): boolean {
  return [...ids].some((id) => key.includes(id))
}

function names({ id, fields }: { id: string; fields: Record<string, unknown> }, ids: Set<string>): boolean {
  return ids.has(id) || Object.values(fields).some((value) => typeof value === 'string' && ids.has(value))
}
