/** How often each person was in touch with customers this week, and how often it counted. Pure; times are ms UTC. */

import type { Correction, FollowUp, Seen } from '../model'
import { isEffective } from '../phone/mirror/contact'
import { correctionsOf, standing } from '../phone/mirror/effective'
import { atWall, wallOf } from '../words/format'

export interface PersonWeek { staff_id: string; contacts: number; effective: number }

/** Monday at midnight of the week `now` lies in, on the clock of an IANA zone. */
export function weekStart(now: number, zone: string): number {
  const wall = wallOf(now, zone)
  return atWall({ ...wall, day: wall.day - ((wall.weekday + 6) % 7), hour: 0, minute: 0 }, zone)
}

/** As the contacts stand today: corrected ones as corrected, void ones not at all. Whoever had most that counted comes first. */
export function contactsSince(since: number, contacts: readonly Seen<FollowUp>[], corrections: readonly Seen<Correction>[]): PersonWeek[] {
  const found = new Map<string, PersonWeek>()
  for (const { by, body } of standing(contacts.filter(({ at }) => at >= since), correctionsOf(corrections))) {
    if (!by) continue
    const counted = found.get(by) ?? { staff_id: by, contacts: 0, effective: 0 }
    found.set(by, { ...counted, contacts: counted.contacts + 1, effective: counted.effective + (isEffective(body) ? 1 : 0) })
  }
  return [...found.values()].sort((a, b) => b.effective - a.effective || b.contacts - a.contacts || (a.staff_id < b.staff_id ? -1 : 1))
}
