import type { Customer, Seen } from '../model'
import { atWall, DAY_MS, wallOf } from '../words/format'

/* The list of those who fell silent, as the server makes it (tests/vectors/dormant.json): the only one there is, in its
   room, on Today and behind the chip. */

const SILENT_MS = 7 * DAY_MS
const LISTED_HOUR = 9

/** The last Monday, nine o'clock: what the list of this week goes by. */
export function listedAt(now: number, zone: string): number {
  const wall = wallOf(now, zone)
  const monday = (weeks: number) => atWall({ ...wall, day: wall.day - ((wall.weekday + 6) % 7) - 7 * weeks, hour: LISTED_HOUR, minute: 0 }, zone)
  return monday(0) <= now ? monday(0) : monday(1)
}

/** Owned, willing to hear from us, a week without effective contact, and nothing booked. */
export function isListed(customer: Partial<Customer>, at: number): boolean {
  if (!customer.marketing || !customer.owner_id || (customer.next_at ?? 0) > at) return false
  return at - lastContact(customer) >= SILENT_MS
}

/** What the silence counts from. */
export function lastContact(customer: Partial<Customer>): number {
  return customer.last_contact_at ?? customer.created_at ?? 0
}

/** One person's list, the longest silent first. Whoever was spoken to since is off it. */
export function listOf(customers: Seen<Customer>[], staff_id: string, at: number): Seen<Customer>[] {
  return customers.filter(({ body }) => body.owner_id === staff_id && isListed(body, at)).sort((a, b) => lastContact(a.body) - lastContact(b.body))
}
