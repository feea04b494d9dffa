/** Whether a store is open by its own hours, and until when. Minutes are counted from the store's midnight. */

import type { Seen, Store } from '../model'
import { t } from '../words'
import { DAY_MS, MINUTE_MS, wallOf } from '../words/format'

/** `until_min` null: round the clock. */
export type Open = { open: true; until_min: number | null } | { open: false }
type Span = [from: number, to: number]
type Hours = Pick<Store, 'zone' | 'hours' | 'closures' | 'openings' | 'as_weekday'>
const DAY_MIN = 1440
/** Nobody asks further ahead than this; a store still open then does not close. */
const DAYS_AHEAD = 8

export function openAt(store: Hours, now: number): Open {
  const { day, minute } = standing(store, now)
  const span = spansFrom(store, day, DAYS_AHEAD).find(([from, to]) => from <= minute && minute < to)
  if (!span) return { open: false }
  return { open: true, until_min: span[1] < (DAYS_AHEAD - 1) * DAY_MIN ? span[1] : null }
}

/** When a store that is closed now opens next; null while it is open, and where no opening is known. */
export function opensAt(store: Hours, now: number): number | null {
  if (openAt(store, now).open) return null
  const { day, minute } = standing(store, now)
  const next = spansFrom(store, day, DAYS_AHEAD).find(([from]) => from > minute)
  return next ? now - (now % MINUTE_MS) + (next[0] - minute) * MINUTE_MS : null
}

export function openingOf(stores: Seen<Store>[], now: number): (store_id: string) => number | null {
  const openings = new Map(stores.map(({ id, body }) => [id, opensAt(body, now)]))
  return (store_id) => openings.get(store_id) ?? null
}

/** When the store is open on the day `now` lies in, last night's shift included. */
export function spansAt(store: Hours, now: number): Span[] {
  return spansFrom(store, standing(store, now).day, 1).map(([from, to]) => [from, Math.min(to, DAY_MIN)])
}

/** When whoever worked at `at` goes home: the last closing of that day, or its midnight where none is left. */
export function endsDay(store: Hours, at: number): number {
  const { day, minute } = standing(store, at)
  const closing = spansFrom(store, day, 1).map(([, to]) => to).filter((to) => to > minute).at(-1) ?? DAY_MIN
  return at - (at % MINUTE_MS) + (closing - minute) * MINUTE_MS
}

export function hoursText(store: Hours, now: number): string {
  const found = openAt(store, now)
  if (!found.open) return t('desk.desk_closed')
  return found.until_min === null ? t('desk.desk_open_always') : t('desk.desk_open_until', { time: minuteText(found.until_min) })
}

/** 22:00, also for a night that ends after midnight; a day ends at 24:00. */
export function minuteText(minute: number): string {
  const shown = minute % DAY_MIN || (minute && DAY_MIN)
  return `${two(Math.floor(shown / 60))}:${two(shown % 60)}`
}

function standing(store: Hours, now: number): { day: number; minute: number } {
  const wall = wallOf(now, store.zone)
  return { day: Date.UTC(wall.year, wall.month - 1, wall.day), minute: wall.hour * 60 + wall.minute }
}

/** What is open from the midnight of `day` (as UTC) on, joined where one ends as the next begins. */
function spansFrom(store: Hours, day: number, days: number): Span[] {
  const spans: Span[] = []
  for (let n = -1; n < days; n += 1) {
    for (const [opens, closes] of shiftsOn(store, day + n * DAY_MS)) {
      spans.push([n * DAY_MIN + opens, n * DAY_MIN + (closes > opens ? closes : closes + DAY_MIN)])
    }
  }
  return joined(spans).filter(([, to]) => to > 0).map(([from, to]) => [Math.max(0, from), to])
}

/** A day's own opening beats closures, closures beat holidays, which have another weekday's hours or none (Monday first). */
function shiftsOn(store: Hours, day: number): Span[] {
  const name = new Date(day).toISOString().slice(0, 10)
  const own = store.openings?.[name]
  if (own) return own
  if (store.closures?.includes(name)) return []
  const named = store.as_weekday?.[name]
  const weekday = named === undefined ? (new Date(day).getUTCDay() + 6) % 7 : named
  return weekday === null ? [] : store.hours?.[weekday] ?? []
}

function joined(spans: Span[]): Span[] {
  const whole: Span[] = []
  for (const [from, to] of spans.sort((a, b) => a[0] - b[0])) {
    const last = whole.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else whole.push([from, to])
  }
  return whole
}

function two(n: number): string {
  return String(n).padStart(2, '0')
}
