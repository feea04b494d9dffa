import type { Fix } from './grade'

export type NoFix = 'denied' | 'no_fix' | 'unsupported'
const PATIENCE_MS = 15_000
const FRESH_MS = 30_000

/** One reading of the position, asked for only by a tap; rejects with why there is none. */
export function locate(): Promise<Fix> {
  return new Promise((resolve, reject) => {
    if (!('geolocation' in navigator)) return reject('unsupported' satisfies NoFix)
    navigator.geolocation.getCurrentPosition(
      ({ coords, timestamp }) =>
        resolve({ lat: coords.latitude, lng: coords.longitude, accuracy_m: Math.round(coords.accuracy), fix_at: Math.round(timestamp) }),
      (error) => reject((error.code === error.PERMISSION_DENIED ? 'denied' : 'no_fix') satisfies NoFix),
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: FRESH_MS },
    )
  })
}
