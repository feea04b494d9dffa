/** Where a check-in is taken to be before anybody says so. Pure. */

import type { Point, Seen, Visit } from '../model'
import { byDistance, isStale, type Fix } from './grade'

export interface Place { id: string; point: Point | null; own: boolean }

/** Nearest first where the position is known; else one's own first. */
export function inOrder<P extends Place>(places: readonly P[], fix: Fix | null): P[] {
  return fix ? byDistance([...places], fix).map(({ place }) => place) : [...places].sort((a, b) => Number(b.own) - Number(a.own))
}

/** The nearest; without a position where one was last today, or the only one there is to work at; else nobody knows: null. */
export function likely(places: readonly Place[], fix: Fix | null, visits: readonly Seen<Visit>[], today: number, now: number): string | null {
  const [nearest] = fix && !isStale(fix, now) ? inOrder(places, fix) : []
  if (nearest?.point) return nearest.id
  const last = visits.filter(({ at }) => at >= today).sort((a, b) => b.at - a.at).find(({ body }) => places.some(({ id }) => id === body.store_id))
  if (last) return last.body.store_id
  const own = places.filter((place) => place.own)
  const few = own.length ? own : places
  return few.length === 1 ? few[0]!.id : null
}

/** Those that are shown at once: the rest is a tap away. */
export function atHand<P extends Place>(places: readonly P[], fix: Fix | null, chosen: string | null): P[] {
  if (!places.some(({ own }) => own)) return [...places]
  return places.filter(({ id, own }, nth) => own || id === chosen || (fix !== null && nth === 0))
}
