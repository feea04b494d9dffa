import type { Customer, Seen } from '../model'
import { lastContact } from '../customers/dormant'

/** What customers are told when they agree: an organisation may keep less long, never longer. */
export const PROMISED_MONTHS = 24

/** Whoever has not been in touch for so many months: proposed to be erased, the longest silent first. `came`: the last arrival of each. */
export function overdue(customers: Seen<Customer>[], came: Map<string, number>, months: number, now: number): Seen<Customer>[] {
  const before = monthsBefore(now, months)
  const last = ({ id, body }: Seen<Customer>) => Math.max(lastContact(body), body.created_at ?? 0, came.get(id) ?? 0)
  return customers.filter((one) => last(one) <= before && !one.body.open_lead_id && (one.body.next_at ?? 0) < now).sort((a, b) => last(a) - last(b))
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
