import type { Customer, Lead, Seen } from '../model'

/* Whose data was kept long enough, as the server has it (tests/vectors/retention.json). */

/** What customers are told when they agree: an organisation may keep less long, never longer. */
export const PROMISED_MONTHS = 24

/** Whoever has not been in touch for so many months: proposed to be erased, the longest silent first. `touched`: see touchedOf. */
export function overdue(customers: Seen<Customer>[], touched: Map<string, number>, months: number, now: number): Seen<Customer>[] {
  const last = ({ id, body }: Seen<Customer>) => silentSince(body, touched.get(id) ?? 0)
  return customers.filter(({ id, body }) => isOverdue(body, touched.get(id) ?? 0, months, now)).sort((a, b) => last(a) - last(b))
}

/** An appointment to come keeps somebody, too. */
export function isOverdue(body: Partial<Customer>, touched_at: number, months: number, now: number): boolean {
  return silentSince(body, touched_at) <= monthsBefore(now, months) && (body.next_at ?? 0) < now
}

export function silentSince({ last_contact_at, created_at }: Partial<Customer>, touched_at: number): number {
  return Math.max(last_contact_at ?? 0, created_at ?? 0, touched_at)
}

/** By customer: the last arrival, and what somebody last did about an open lead; one that nobody touches keeps nobody. */
export function touchedOf(arrivals: { root: string; at: number }[], leads: { root: string; at: number; body: Partial<Lead> }[]): Map<string, number> {
  const touched = new Map<string, number>()
  const touch = (root: string, at: number) => touched.set(root, Math.max(touched.get(root) ?? 0, at))
  for (const { root, at } of arrivals) touch(root, at)
  for (const { root, at, body } of leads) if (body.state !== 'closed') touch(root, movedAt(body, at))
  return touched
}

export function movedAt({ accepted_at, contacted_at, attempts }: Partial<Lead>, began_at: number): number {
  return Math.max(began_at, accepted_at ?? 0, contacted_at ?? 0, ...(attempts ?? []))
}

/** The same day so many months earlier; of a month that has no such day, its last. */
export function monthsBefore(now: number, months: number): number {
  const then = new Date(now)
  const day = then.getUTCDate()
  then.setUTCDate(1)
  then.setUTCMonth(then.getUTCMonth() - months)
  const days = new Date(Date.UTC(then.getUTCFullYear(), then.getUTCMonth() + 1, 0)).getUTCDate()
  then.setUTCDate(Math.min(day, days))
  return then.getTime()
}
