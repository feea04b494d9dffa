import { get } from 'svelte/store'
import { phoneDatabase } from '../phone/databases'
import { keyOf, lock, person } from '../phone/session'

const IDLE_MS = 3 * 60_000
/** Whoever takes a photo touches another app meanwhile, and what that brings back must find its page. */
const CAMERA_MS = 15 * 60_000
const CHECK_MS = 5_000

/** A phone with a PIN locks after three minutes without a touch or a word that is dictated, and when it comes back after as long. */
export function startIdleLock(): void {
  let touched = Date.now()
  let patience = IDLE_MS
  for (const kind of ['pointerdown', 'keydown', 'input', 'scroll', 'click', 'change', 'cancel'] as const) {
    addEventListener(kind, ({ type, target }) => {
      touched = Date.now()
      if (type !== 'scroll') patience = type === 'click' && (target as Partial<HTMLInputElement>).type === 'file' ? CAMERA_MS : IDLE_MS
    }, { passive: true, capture: true })
  }
  // The bell must stay in view all day: its screen shows no customer's records. A clock put back must not keep it open.
  const look = () => location.pathname !== '/bell' && Math.abs(Date.now() - touched) >= patience && void lockWithPin()
  person.subscribe(() => (touched = Date.now()))
  setInterval(look, CHECK_MS)
  document.addEventListener('visibilitychange', look)
}

async function lockWithPin(): Promise<void> {
  const who = get(person)
  const known = who && (await phoneDatabase().people.get(keyOf(who)))
  if (known?.pin) lock()
}
