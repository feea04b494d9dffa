import { metresBetween, type Fix } from './grade'

/** Why there is no position. */
export type NoFix = 'denied' | 'unavailable' | 'timeout'
export interface Watched { fixes: Fix[]; seconds: number }
export interface Watching { done: Promise<Fix[]>; stop: () => void }
type Told = (watched: Watched) => void
type Ear = Fix['fix_source']

/** Receivers get better while they are listened to; longer nobody waits at a door. Counted from when the phone may be asked. */
export const PATIENCE_MS = 20_000
/** Whether it may is a question that somebody has to read first; not every browser says when it was answered. */
const QUESTION_MS = 120_000
/** Good enough to tell one side of the street from the other: nothing better is waited for. */
const GOOD_M = 25
/** What a phone remembers of earlier is no reason to stop looking. */
const FRESH_MS = 60_000
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
  if (!('geolocation' in navigator)) return { done: Promise.reject('unavailable' satisfies NoFix), stop: () => {} }
  const search = new Search(told, wanted)
  return { done: search.done, stop: () => search.end('timeout') }
}

class Search {
  readonly done: Promise<Fix[]>
  readonly #fixes: Fix[] = []
  readonly #ids = new Map<Ear, number>()
  readonly #lost = new Set<Ear>()
  readonly #tick = setInterval(() => this.#tell(), 1000)
  readonly #coarse = setTimeout(() => this.#usable().some(isFresh) || this.#listen('network'), COARSE_AFTER_MS)
  #limit = setTimeout(() => this.end('timeout'), QUESTION_MS)
  #began_at: number | null = null
  #settle!: (fixes: Fix[]) => void
  #fail!: (why: NoFix) => void

  constructor(readonly told: Told, readonly wanted: number) {
    this.done = new Promise((settle, fail) => { [this.#settle, this.#fail] = [settle, fail] })
    this.#listen('gps')
    void this.#awaitLeave()
  }

  end(why: NoFix): void {
    for (const id of this.#ids.values()) navigator.geolocation.clearWatch(id)
    clearInterval(this.#tick)
    clearTimeout(this.#limit)
    clearTimeout(this.#coarse)
    if (this.#fixes.length) this.#settle(this.#usable())
    else this.#fail(why)
  }

  async #awaitLeave(): Promise<void> {
    const leave = await navigator.permissions?.query({ name: 'geolocation' }).catch(() => null)
    if (leave?.state === 'granted') this.#begin()
    else leave?.addEventListener('change', () => leave.state === 'granted' && this.#begin())
  }

  #begin(): void {
    if (this.#began_at !== null) return
    this.#began_at = Date.now()
    clearTimeout(this.#limit)
    this.#limit = setTimeout(() => this.end('timeout'), PATIENCE_MS)
  }

  #listen(ear: Ear): void {
    if (this.#ids.has(ear)) return
    const isFine = ear === 'gps'
    const how = { enableHighAccuracy: isFine, timeout: PATIENCE_MS, maximumAge: isFine ? 0 : COARSE_AGE_MS }
    this.#ids.set(ear, navigator.geolocation.watchPosition((found) => this.#heard(ear, found), (why) => this.#failed(ear, why), how))
  }

  #heard(fix_source: Ear, { coords, timestamp }: GeolocationPosition): void {
    this.#begin()
    this.#lost.delete(fix_source)
    this.#fixes.push({ lat: coords.latitude, lng: coords.longitude, accuracy_m: Math.round(coords.accuracy), fix_at: Math.round(timestamp), fix_source })
    this.#tell()
    if (this.#fixes.filter((fix) => fix.accuracy_m <= GOOD_M && isFresh(fix)).length >= this.wanted) this.end('timeout')
  }

  /** A receiver that was too slow once may still find something; somebody who said no means it, and where neither has anything nothing will come. */
  #failed(ear: Ear, { code, PERMISSION_DENIED, POSITION_UNAVAILABLE }: GeolocationPositionError): void {
    if (code === PERMISSION_DENIED) return this.end('denied')
    this.#begin()
    if (code !== POSITION_UNAVAILABLE) return
    this.#lost.add(ear)
    this.#listen('network')
    if (this.#lost.size === 2) this.end('unavailable')
  }

  #tell(): void {
    this.told({ fixes: this.#usable(), seconds: Math.round((Date.now() - (this.#began_at ?? Date.now())) / 1000) })
  }

  /** Old ones only where there is nothing else. */
  #usable(): Fix[] {
    const fresh = this.#fixes.filter(isFresh)
    return fresh.length ? fresh : [...this.#fixes]
  }
}

function isFresh({ fix_at }: Fix): boolean {
  return Date.now() - fix_at <= FRESH_MS
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
