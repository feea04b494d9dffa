/** Whom somebody looked at on this phone, told to the server a batch at a time; without a network it waits. */

import { get } from 'svelte/store'
import { call } from '../phone/api'
import { ownOutbox, type OutboxDatabase } from '../phone/databases'
import { holdsSession, keyOf, me, person } from '../phone/session'
import { newId } from '../sync/uuid7'
import { MINUTE_MS } from '../words/format'

export type What = 'opened' | 'listed' | 'called' | 'copied' | 'exported' | 'took_own' | 'took_handed' | 'link_given' | 'found'
interface Noted { id: string; customer_id: string; what: What; at: number }
/** As the server tells it; `staff_id` null is the customer themselves. Of one of the staff: the customer instead, masked, nameless once erased. */
export interface Look { staff_id?: string | null; staff_name?: string | null; customer_id?: string; name_masked?: string; what: What; seen_at: number; at: number }
/** Whose looks: at a customer, or of one of the staff. */
export interface Whose { customer_id?: string; staff_id?: string }

const KEPT = 'looks'
const KEPT_MOST = 1000
const BATCH = 200
const WAIT_MS = MINUTE_MS
/** The same again within this time is the same look. */
const SAME_MS = 10 * MINUTE_MS

const lately = new Map<string, number>()
let waiting: ReturnType<typeof setTimeout> | undefined

export async function noteLook(customer_id: string, what: What, now = Date.now()): Promise<void> {
  const same = `${keyOf(me())} ${customer_id} ${what}`
  if (now - (lately.get(same) ?? 0) < SAME_MS) return
  lately.set(same, now)
  const outbox = ownOutbox()
  await outbox.transaction('rw', outbox.meta, async () => {
    await outbox.meta.put({ key: KEPT, value: [...(await noted(outbox)), { id: newId(), customer_id, what, at: now }].slice(-KEPT_MOST) })
  })
  waiting ??= setTimeout(() => {
    waiting = undefined
    // Whoever has left meanwhile has them told when they are back.
    if (get(person)) void tellLooks()
  }, WAIT_MS)
}

/** Under the name of whoever looked: on a shared phone the cookie may be a colleague's. */
export async function tellLooks(): Promise<void> {
  const outbox = ownOutbox()
  const looks = (await noted(outbox)).slice(0, BATCH)
  if (!looks.length || !(await holdsSession())) return
  const { ok, status } = await call('POST', '/api/looks', { sent_at: Date.now(), looks })
  // What the server cannot read it will not read tomorrow.
  if (!ok && status !== 400) return
  const gone = new Set(looks.map(({ id }) => id))
  await outbox.transaction('rw', outbox.meta, async () => {
    await outbox.meta.put({ key: KEPT, value: (await noted(outbox)).filter(({ id }) => !gone.has(id)) })
  })
}

/** Null without a network. */
export async function askLooks({ customer_id, staff_id }: Whose): Promise<Look[] | null> {
  const path = staff_id ? `staff/${encodeURIComponent(staff_id)}` : `customers/${encodeURIComponent(customer_id ?? '')}`
  return (await call<{ looks: Look[] }>('GET', `/api/${path}/looks`)).body?.looks ?? null
}

async function noted(outbox: OutboxDatabase): Promise<Noted[]> {
  return ((await outbox.meta.get(KEPT))?.value as Noted[] | undefined) ?? []
}
