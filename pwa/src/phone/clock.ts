import { readable, type Readable } from 'svelte/store'

let skew = 0
/** Whoever shows the time hears at once that it was another. */
const listeners = new Set<() => void>()
/** The server's time at a moment of performance.now(). */
let learnt: { at: number; here: number } | null = null

/** The server's time as well as this phone knows it, ms UTC. For showing and counting down, never for records. */
export function now(): number {
  return Date.now() + skew
}

/** As `now()`, whatever becomes of this phone's clock; null before the server has answered this page. Late by as long as the phone slept. */
export function certainNow(): number | null {
  return learnt && learnt.at + performance.now() - learnt.here
}

/** Learns the server's clock from an exchange sent at `sent` and answered at `received`, both ms of this phone. */
export function learnClock(server: number, sent: number, received: number): void {
  const measured = server - (sent + received) / 2
  learnt = { at: received + measured, here: performance.now() }
  // Half the round trip is the doubt of one measurement; inside it nothing new was learnt.
  if (Math.abs(measured - skew) <= Math.max(250, (received - sent) / 2)) return
  skew = measured
  for (const hear of listeners) hear()
}

/** Shows the time now, each `every` ms while the page is visible, when it comes back, and when the server knows better. */
function shown(every: number): Readable<number> {
  return readable(now(), (set) => {
    const show = () => set(now())
    const tick = () => document.visibilityState === 'visible' && show()
    show()
    const timer = setInterval(tick, every)
    document.addEventListener('visibilitychange', tick)
    listeners.add(show)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', tick)
      listeners.delete(show)
    }
  })
}

/** `now()` each second. */
export const ticks = shown(1000)

/** `now()` each half minute: for ages and lists that need no seconds. */
export const minutes = shown(30_000)
