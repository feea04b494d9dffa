import { metresBetween, type Fix } from './grade'

export type NoFix = 'denied' | 'no_fix' | 'unsupported'
export interface Watched { fixes: Fix[]; seconds: number }
export interface Watching { done: Promise<Fix[]>; stop: () => void }
type Told = (watched: Watched) => void

/** Receivers get better while they are listened to; longer nobody waits at a door. */
export const PATIENCE_MS = 20_000
/** Good enough to tell one side of the street from the other: nothing better is waited for. */
const GOOD_M = 25
/** A phone whose fine receiver has said nothing so long, indoors or for want of Google's services, is asked for a coarse position, too. */
const COARSE_AFTER_MS = 8000
const COARSE_AGE_MS = 60_000
/** Of somebody who stands still to say where a store is. */
const WANTED_FIXES = 6
export const COARSEST_STAND_M = 100

/**
 * Readings of the position, asked for only by a tap and only until there is a good one, or `wanted` of them. Works
 * without Google's services as far as the phone does: whatever comes in time counts. Rejects with why there is none.
 */
export function watch(told: Told, wanted = 1): Watching {
  const started = Date.now()
  const fixes: Fix[] = []
  let stop = () => {}
  const done = new Promise<Fix[]>((resolve, reject) => {
    if (!('geolocation' in navigator)) return reject('unsupported' satisfies NoFix)
    let why: NoFix = 'no_fix'
    const tick = setInterval(() => told({ fixes, seconds: Math.round((Date.now() - started) / 1000) }), 1000)
    const ids: number[] = []
    const end = () => {
      for (const id of ids) navigator.geolocation.clearWatch(id)
      clearInterval(tick)
      clearTimeout(limit)
      clearTimeout(coarse)
      if (fixes.length) resolve(fixes)
      else reject(why)
    }
    const limit = setTimeout(() => end(), PATIENCE_MS)
    stop = end
    const found = ({ coords, timestamp }: GeolocationPosition) => {
      fixes.push({ lat: coords.latitude, lng: coords.longitude, accuracy_m: Math.round(coords.accuracy), fix_at: Math.round(timestamp) })
      told({ fixes, seconds: Math.round((Date.now() - started) / 1000) })
      if (fixes.filter(({ accuracy_m }) => accuracy_m <= GOOD_M).length >= wanted) end()
    }
    const failed = ({ code, PERMISSION_DENIED }: GeolocationPositionError) => {
      // A receiver that gave up once may still find something; somebody who said no means it.
      if (code !== PERMISSION_DENIED) return
      why = 'denied'
      end()
    }
    const listen = (enableHighAccuracy: boolean, maximumAge: number) =>
      ids.push(navigator.geolocation.watchPosition(found, failed, { enableHighAccuracy, timeout: PATIENCE_MS, maximumAge }))
    const coarse = setTimeout(() => fixes.length || listen(false, COARSE_AGE_MS), COARSE_AFTER_MS)
    listen(true, 0)
  })
  return { done, stop: () => stop() }
}

export function bestOf(fixes: Fix[]): Fix {
  return fixes.reduce((best, one) => (one.accuracy_m <= best.accuracy_m ? one : best))
}

/** Where somebody stands, of several readings: better ones count more, by the square. Readings of one receiver err together, so that the middle is never called better than the best of them. */
export function middleOf(fixes: Fix[]): { lat: number; lng: number; accuracy_m: number; fixes: number } | null {
  const good = fixes.filter(({ accuracy_m }) => accuracy_m <= COARSEST_STAND_M)
  if (!good.length) return null
  const weights = good.map(({ accuracy_m }) => 1 / Math.max(1, accuracy_m) ** 2)
  const all = weights.reduce((sum, one) => sum + one)
  const mean = (of: (fix: Fix) => number) => good.reduce((sum, fix, i) => sum + of(fix) * weights[i]!, 0) / all
  const middle = { lat: mean(({ lat }) => lat), lng: mean(({ lng }) => lng) }
  const spread_m = Math.max(...good.map((fix) => metresBetween(fix, middle)))
  return { ...middle, accuracy_m: Math.round(Math.max(bestOf(good).accuracy_m, spread_m)), fixes: good.length }
}

/** Of somebody who stands in a store: enough readings for a middle. */
export const watchStanding = (told: Told): Watching => watch(told, WANTED_FIXES)
