import { atWall, HOUR_MS, wallOf } from '../words/format'

export type Quick = 'tomorrow' | 'three_days' | 'saturday'
const MORNING = 10
const SATURDAY = 6

/** The quick picks for the next contact, each at ten in the morning on the organisation's wall. */
export function quickTimes(now: number, zone: string): { quick: Quick; at: number }[] {
  const toSaturday = (SATURDAY - wallOf(now, zone).weekday + 7) % 7 || 7
  return [
    { quick: 'tomorrow', at: morningAfter(1, now, zone) },
    { quick: 'three_days', at: morningAfter(3, now, zone) },
    { quick: 'saturday', at: morningAfter(toSaturday, now, zone) },
  ]
}

/** "2026-11-21T10:00" for a datetime-local field. */
export function fieldTime(at: number, zone: string): string {
  const wall = wallOf(at, zone)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${wall.year}-${two(wall.month)}-${two(wall.day)}T${two(wall.hour)}:${two(wall.minute)}`
}

/** The moment a datetime-local field shows; null for what is not a time. */
export function timeOfField(text: string, zone: string): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(text)
  if (!match) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = match.slice(1).map(Number)
  return atWall({ year, month, day, hour, minute }, zone)
}

/** The next full hour: where "pick a time" starts. */
export function nextHour(now: number): number {
  return Math.ceil((now + 1) / HOUR_MS) * HOUR_MS
}

function morningAfter(days: number, now: number, zone: string): number {
  const wall = wallOf(now, zone)
  return atWall({ ...wall, day: wall.day + days, hour: MORNING, minute: 0 }, zone)
}
