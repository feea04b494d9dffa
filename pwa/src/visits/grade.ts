/** The server's rule for evidence of presence, repeated here as a hint before anything is sent. */
import type { Point } from '../model'

export type Grade = 'verified' | 'plausible' | 'uncertain'
export interface Fix extends Point {
  /** Radius in metres the phone believes it is within. */
  accuracy_m: number
  /** When the phone had it, ms. */
  fix_at: number
}

const EARTH_RADIUS_M = 6_371_008.8
export const FENCE_M = 200
const COARSEST_M = 500
const OLDEST_FIX_MS = 10 * 60 * 1000

/** `distance_m` null: no place on record to compare with. */
export function gradeOf(distance_m: number | null, fix: Fix, fence_m: number, now: number): Grade {
  if (now - fix.fix_at > OLDEST_FIX_MS || fix.accuracy_m > COARSEST_M) return 'uncertain'
  if (distance_m === null) return 'plausible'
  if (distance_m + fix.accuracy_m <= fence_m) return 'verified'
  return distance_m - 2 * fix.accuracy_m > fence_m ? 'uncertain' : 'plausible'
}

/** Metres over the ground between two points in degrees. */
export function metresBetween(a: Point, b: Point): number {
  const rad = (degrees: number) => (degrees * Math.PI) / 180
  const across = Math.sin(rad(b.lng - a.lng) / 2) ** 2
  const up = Math.sin(rad(b.lat - a.lat) / 2) ** 2
  const chord = up + Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * across
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(chord)))
}

/** Places nearest first; those without a point stand last and have no distance. */
export function byDistance<P extends { point: Point | null }>(
  places: P[],
  here: Point,
): { place: P; distance_m: number | null }[] {
  return places
    .map((place) => ({ place, distance_m: place.point ? metresBetween(here, place.point) : null }))
    .sort((a, b) => (a.distance_m ?? Infinity) - (b.distance_m ?? Infinity))
}

/** Radii and offset, in a picture of `size` units, of fence, doubt and person around the place. */
export function circleOf(distance_m: number, accuracy_m: number, fence_m: number, size: number): { fence: number; doubt: number; away: number } {
  const reach = Math.max(fence_m, distance_m + accuracy_m) * 1.1
  const scale = size / 2 / reach
  const away = distance_m * scale
  return { fence: Math.max(4, fence_m * scale), doubt: Math.max(4, accuracy_m * scale), away }
}
