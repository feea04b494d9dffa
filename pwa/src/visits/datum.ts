/* The datums of maps, as the server knows them (tests/vectors/places.json): phones give WGS-84, maps of China are shifted by some hundred metres. */

import type { Point } from '../model'

export type Datum = 'wgs84' | 'gcj02' | 'bd09'
type Shift = (point: Point) => Point

const AXIS_M = 6_378_245
const ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943_23
const TURN = (Math.PI * 3000) / 180
const CLOSE_ENOUGH = 1e-9
const MOST_ROUNDS = 20

export function toGcj02(point: Point): Point {
  return isShifted(point) ? moved(point, shiftOf(point)) : point
}
export function fromGcj02(point: Point): Point {
  return isShifted(point) ? undo(shiftOf, point) : point
}
/** From WGS-84. */
export function toBd09(point: Point): Point {
  const once = toGcj02(point)
  return isShifted(point) ? moved(once, turnOf(once)) : point
}
export function fromBd09(point: Point): Point {
  return isShifted(point) ? fromGcj02(undo(turnOf, point)) : point
}
export function toWgs84(point: Point, datum: Datum): Point {
  return datum === 'wgs84' ? point : datum === 'gcj02' ? fromGcj02(point) : fromBd09(point)
}

/** Mainland, Hong Kong and Macau: a ray to the east crosses the outline an odd number of times. */
export function isShifted({ lat, lng }: Point): boolean {
  let inside = false
  for (let i = 0; i < OUTLINE.length; i += 2) {
    const [lat1, lng1, lat2, lng2] = [OUTLINE[i]!, OUTLINE[i + 1]!, OUTLINE[(i + 2) % OUTLINE.length]!, OUTLINE[(i + 3) % OUTLINE.length]!]
    if (lat1 > lat !== lat2 > lat && lng < lng1 + ((lat - lat1) * (lng2 - lng1)) / (lat2 - lat1)) inside = !inside
  }
  return inside
}

function moved(point: Point, by: Point): Point {
  return { lat: point.lat + by.lat, lng: point.lng + by.lng }
}

/** The point that `shift` moves here. The shift changes slowly: each round is far nearer. */
function undo(shift: Shift, point: Point): Point {
  let found = point
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const { lat, lng } = shift(found)
    const nearer = { lat: point.lat - lat, lng: point.lng - lng }
    const done = Math.max(Math.abs(nearer.lat - found.lat), Math.abs(nearer.lng - found.lng)) < CLOSE_ENOUGH
    found = nearer
    if (done) break
  }
  return found
}

/** By how many degrees GCJ-02 moves a point. */
function shiftOf(point: Point): Point {
  const { sin, cos, sqrt, abs, PI } = Math
  const [x, y, phi] = [point.lng - 105, point.lat - 35, (point.lat * PI) / 180]
  const common = ((20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * 2) / 3
  let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + common
  north += ((20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * 2) / 3 + ((160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * 2) / 3
  let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + common
  east += ((20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * 2) / 3 + ((150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * 2) / 3
  const bent = 1 - ECCENTRICITY_SQUARED * sin(phi) ** 2
  const meridian_m = (AXIS_M * (1 - ECCENTRICITY_SQUARED)) / (bent * sqrt(bent))
  return { lat: (north * 180) / PI / meridian_m, lng: (east * 180) / PI / ((AXIS_M / sqrt(bent)) * cos(phi)) }
}

/** By how many degrees BD-09 moves a point that is in GCJ-02. */
function turnOf({ lat, lng }: Point): Point {
  const reach = Math.hypot(lng, lat) + 0.000_02 * Math.sin(lat * TURN)
  const angle = Math.atan2(lat, lng) + 0.000_003 * Math.cos(lng * TURN)
  return { lat: reach * Math.sin(angle) + 0.006 - lat, lng: reach * Math.cos(angle) + 0.0065 - lng }
}

/** Latitudes and longitudes in turn, from the Altai clockwise; coasts run in the sea. */
const OUTLINE = [
  49.2, 87.5, 49.1, 88, 47.9, 90.2, 46.9, 91, 45.2, 91.1, 45, 93.6, 44.3, 95.5, 42.8, 96.5,
  42.7, 100, 41.8, 105, 42.6, 107.4, 42.7, 109.5, 43.8, 111.9, 45, 111.8, 45.2, 113.9, 45.5, 115,
  46.4, 116.6, 46.8, 119.7, 47.7, 119.1, 48, 117.8, 47.7, 116.9, 48, 115.5, 49.8, 116.7, 49.7, 117.9,
  50.2, 119.3, 52.2, 120.6, 53.4, 120.9, 53.6, 123.5, 53.2, 125.6, 52.2, 126.8, 51.3, 127, 50.27, 127.55,
  49.6, 128.5, 49, 130.6, 47.9, 131, 47.9, 132.6, 48.5, 134.6, 48.3, 134.9, 47.3, 134.3, 45.1, 133.2,
  45, 132, 44.9, 131.5, 43.5, 131.4, 42.9, 131.1, 42.4, 130.7, 42.9, 130, 42.4, 129.4, 42, 128.9,
  41.98, 128.1, 41.4, 128.3, 41.5, 127, 41.1, 126.4, 40.8, 125.8, 40.1, 124.45, 39.5, 124.1, 38, 123.5,
  33, 124, 30, 124, 27.5, 122.5, 26.3, 121, 25, 119.7, 24, 118.7, 22, 117.5, 18, 112.5,
  17.5, 110, 18.5, 108, 20.5, 108, 21.45, 108.05, 21.6, 107.2, 22, 106.65, 22.8, 106.7, 23, 105.8,
  23.35, 105.4, 22.9, 104.7, 22.5, 103.9, 22.7, 103, 22.3, 102.2, 21.2, 101.85, 21.1, 101.3, 21.4, 100.2,
  22, 99.3, 23.1, 98.8, 23.95, 97.5, 24.8, 97.5, 25.6, 98.1, 27.5, 98.6, 28.2, 97.4, 29.1, 96.2,
  29.1, 95, 28.4, 93.8, 27.8, 91.7, 28.1, 90, 28.2, 89.4, 27.3, 89, 27.9, 88.6, 27.9, 86.9,
  27.97, 85.9, 28.3, 85.2, 28.9, 84.2, 29.3, 83.4, 30.1, 82.1, 30.3, 81.1, 31.1, 79.4, 32.5, 78.8,
  33.8, 78.7, 34.7, 78.2, 35.5, 77.7, 36.2, 76, 37.1, 74.8, 38.5, 73.8, 39.5, 73.6, 40.4, 74.7,
  40.5, 76.5, 41.1, 78.3, 42, 80.1, 43, 80.2, 44.2, 80.2, 44.9, 79.8, 45.2, 81.9, 45.4, 82.4,
  46.9, 82.7, 47.3, 83.1, 47.1, 85.2, 48.4, 85.6,
]
