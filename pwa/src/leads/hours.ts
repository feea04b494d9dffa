/** Whether a store is open by its own hours, and until when. Minutes are counted from the store's midnight. */

import type { Store } from '../model'
import { t } from '../words'
import { wallOf } from '../words/format'

export type Open = { open: true; until_min: number } | { open: false }

/** Today's own opening beats closures, closures beat the weekly hours (Monday first). */
export function openAt(store: Store, now: number): Open {
  const wall = wallOf(now, store.zone)
  const minute = wall.hour * 60 + wall.minute
  const span = spansAt(store, now).find(([from, to]) => from <= minute && minute < to)
  return span ? { open: true, until_min: span[1] } : { open: false }
}

/** The opening hours of the day `now` lies in. */
export function spansAt(store: Store, now: number): [number, number][] {
  const wall = wallOf(now, store.zone)
  const day = [wall.year, two(wall.month), two(wall.day)].join('-')
  const special = store.openings?.[day]
  if (special) return special
  return store.closures?.includes(day) ? [] : store.hours?.[(wall.weekday + 6) % 7] ?? []
}

export function hoursText(store: Store, now: number): string {
  const found = openAt(store, now)
  if (!found.open) return t('leads.desk_closed')
  return t('leads.desk_open_until', { time: `${two(Math.floor(found.until_min / 60))}:${two(found.until_min % 60)}` })
}

function two(n: number): string {
  return String(n).padStart(2, '0')
}
