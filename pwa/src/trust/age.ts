/** When unsent work is late: the same for the phone it is on and for the manager who leads its owner. */

import { HOUR_MS } from '../words/format'

const LATE_MS = 24 * HOUR_MS
const TOO_LATE_MS = 72 * HOUR_MS

/** `since`: when the oldest unsent record was saved, or null where nothing waits; ms UTC. */
export function lateness(since: number | null, now: number): 'plain' | 'amber' | 'red' {
  const age = since === null ? 0 : now - since
  if (age >= TOO_LATE_MS) return 'red'
  return age >= LATE_MS ? 'amber' : 'plain'
}
