/** By what network photos may leave this phone. Words always go: they weigh nothing. */

import { get } from 'svelte/store'
import { settings } from '../phone/settings'

/** Chromium on Android says it; Safari, Firefox and most computers do not. */
interface Connection { type?: string }
export type Network = 'free' | 'paid' | 'unknown'
const FREE = new Set(['wifi', 'ethernet'])
const PAID = new Set(['cellular', 'wimax', 'bluetooth'])

export function networkOf(connection: Connection | undefined): Network {
  const type = connection?.type ?? ''
  return FREE.has(type) ? 'free' : PAID.has(type) ? 'paid' : 'unknown'
}

export function ownNetwork(): Network {
  return networkOf((globalThis.navigator as { connection?: Connection } | undefined)?.connection)
}

/** Where nobody says what network it is, photos go: one that never arrives proves nothing. */
export function mayCarry(): boolean {
  return get(settings).photos !== 'wifi' || ownNetwork() !== 'paid'
}
