import { get } from 'svelte/store'
import type { Organisation } from '../model'
import { cacheOf, phoneDatabase, type Known } from './databases'
import { isLapsed, keyOf, leaseOf, phase, turnTo, type Person } from './session'

/* How long this phone may be opened without having met the server. What is unsent stays, and leaves, whatever the lease. */

const RENEW_EVERY_MS = 3_600_000
const NOTE_EVERY_MS = 600_000
let noted = performance.now()

/** The server has just answered this person: the lease begins anew, as long as the organisation says. */
export async function renewLease(who: Person): Promise<void> {
  const known = await phoneDatabase().people.get(keyOf(who))
  const row = await cacheOf(who.org.id, who.staff_id).rows.get(who.org.id)
  const days = (row?.body as Organisation | undefined)?.lease_days
  if (known && isDue(known, days)) {
    await phoneDatabase().people.update(known.key, leaseOf(days))
    noted = performance.now()
  }
  if (get(phase) === 'lapsed') turnTo('open')
}

function isDue({ lease_until, lease_days, high_at = 0 }: Known, days: number | undefined): boolean {
  return lease_until === undefined || lease_days !== leaseOf(days).lease_days || Math.abs(Date.now() - high_at) > RENEW_EVERY_MS || Date.now() >= lease_until
}

/** Notes the time, which only goes forward: while a clock stands back, what has passed here is counted. */
export async function mindLease(who: Person): Promise<void> {
  const known = await phoneDatabase().people.get(keyOf(who))
  if (!known?.lease_until) return
  const passed = performance.now() - noted
  const high_at = Math.round(Math.max(Date.now(), (known.high_at ?? 0) + passed))
  const lapsed = isLapsed({ ...known, high_at })
  if (passed >= NOTE_EVERY_MS || lapsed) {
    await phoneDatabase().people.update(known.key, { high_at })
    noted = performance.now()
  }
  if (lapsed && get(phase) === 'open') turnTo('lapsed')
}
