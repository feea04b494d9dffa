/** The server's rule for evidence of presence, repeated here as a hint before anything is sent (tests/vectors/places.json). */
import type { Grade, Point, Store, Visit } from '../model'
import { fromGcj02, toGcj02 } from './datum'

export interface Fix extends Point {
  /** Radius in metres the phone believes it is within. */
  accuracy_m: number
  /** When the phone had it, ms. */
  fix_at: number
  /** Who gave it: whoever was asked for the best there is, or for a coarse one. */
  fix_source: 'gps' | 'network'
}
/** What a grade is of; null where there is none. `doubts` only the server knows. */
export interface Evidence {
  distance_m: number | null; accuracy_m: number | null; fence_m: number; off_ms: number
  /** the distance if either point were of a Chinese map's datum */
  other_m: number | null
  wall: boolean | null; doubts: readonly string[]
}
export interface Verdict { grade: Grade; reasons: string[] }
export interface Foretold extends Verdict { distance_m: number | null }

const EARTH_RADIUS_M = 6_371_008.8
export const FENCE_M = 200
const COARSEST_M = 500
const OLDEST_FIX_MS = 10 * 60 * 1000
const RANK: Grade[] = ['uncertain', 'plausible', 'verified']
const DOUBTS: Record<string, Grade> = { too_fast: 'uncertain', too_exact: 'plausible', same_point: 'plausible', shared_device: 'plausible' }
type Where = 'inside' | 'edge' | 'other_datum' | 'outside' | 'no_place' | 'no_fix' | 'stale' | 'coarse'
/** Without the code of the store's own wall, and with it. */
const GRADES: Record<Where, [alone: Grade, walled: Grade]> = {
  inside: ['verified', 'verified'], edge: ['plausible', 'verified'], other_datum: ['plausible', 'verified'], outside: ['uncertain', 'uncertain'],
  no_place: ['plausible', 'plausible'], no_fix: ['uncertain', 'plausible'], stale: ['uncertain', 'plausible'], coarse: ['uncertain', 'plausible'],
}

export function judge(evidence: Evidence): Verdict {
  const where = placeOf(evidence)
  const code = evidence.wall === null ? [] : [evidence.wall ? 'wall_code' : 'wrong_code']
  const grades = [GRADES[where][evidence.wall ? 1 : 0], ...evidence.doubts.map((doubt) => DOUBTS[doubt] ?? 'verified')]
  return { grade: RANK[Math.min(...grades.map((one) => RANK.indexOf(one)))]!, reasons: [where, ...code, ...evidence.doubts] }
}

/** What this phone can tell beforehand of a check-in at `point`, which has none for a customer's home. */
export function foretell(fix: Fix | null, point: Point | null, fence_m: number, wall: boolean | null, now: number): Foretold {
  const here = fix && point ? metresBetween(fix, point) : null
  const other = fix && point ? Math.min(metresBetween(fromGcj02(fix), point), metresBetween(toGcj02(fix), point)) : null
  const evidence = { distance_m: here, accuracy_m: fix?.accuracy_m ?? null, fence_m, off_ms: fix ? now - fix.fix_at : 0, other_m: other, wall, doubts: fix?.accuracy_m === 0 ? ['too_exact'] : [] }
  return { ...judge(evidence), distance_m: here }
}

/** The same of a check-in that waits: the server has not judged it. */
export function foretellOf(body: Visit, store: Pick<Store, 'point' | 'fence_m'> | undefined, saved_at: number): Foretold {
  // All of the position or nothing.
  const fix = body.fix_at ? (body as Fix) : null
  return foretell(fix, store?.point ?? null, store?.fence_m || FENCE_M, body.wall_code ? true : null, saved_at)
}

/** Whether it says too little of where somebody is now. */
export function isStale({ fix_at }: Fix, now: number): boolean {
  return isOld(now - fix_at)
}

function isOld(off_ms: number): boolean {
  return Math.abs(off_ms) > OLDEST_FIX_MS
}

function placeOf({ distance_m, accuracy_m, fence_m, off_ms, other_m }: Evidence): Where {
  if (accuracy_m === null) return 'no_fix'
  if (isOld(off_ms)) return 'stale'
  if (distance_m === null) return accuracy_m > COARSEST_M ? 'coarse' : 'no_place'
  if (distance_m - accuracy_m > fence_m) return other_m !== null && other_m + accuracy_m <= fence_m ? 'other_datum' : 'outside'
  if (accuracy_m > COARSEST_M) return 'coarse'
  return distance_m + accuracy_m <= fence_m ? 'inside' : 'edge'
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
