import { get } from 'svelte/store'
import { phoneDatabase } from '../phone/databases'
import { keyOf, lock, person } from '../phone/session'

const IDLE_MS = 3 * 60_000
const CHECK_MS = 5_000

/** A phone with a PIN locks after three minutes without a touch, and when it comes back after as long. */
export function startIdleLock(): void {
  let touched = Date.now()
  for (const kind of ['pointerdown', 'keydown', 'scroll'] as const) {
    addEventListener(kind, () => (touched = Date.now()), { passive: true, capture: true })
  }
  // The bell must stay in view all day: its screen shows no customer's records. A clock put back must not keep it open.
  const look = () => location.pathname !== '/bell' && Math.abs(Date.now() - touched) >= IDLE_MS && void lockWithPin()
  person.subscribe(() => (touched = Date.now()))
  setInterval(look, CHECK_MS)
  document.addEventListener('visibilitychange', look)
}

async function lockWithPin(): Promise<void> {
  const who = get(person)
  const known = who && (await phoneDatabase().people.get(keyOf(who)))
  if (known?.pin) lock()
}
