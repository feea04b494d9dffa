import { readable, type Readable } from 'svelte/store'

let skew = 0
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
  if (Math.abs(measured - skew) > Math.max(250, (received - sent) / 2)) skew = measured
}

/** `now()` each second while the page is visible, and at once when it comes back. */
export const ticks: Readable<number> = readable(now(), (set) => {
  const tick = () => document.visibilityState === 'visible' && set(now())
  tick()
  const timer = setInterval(tick, 1000)
  document.addEventListener('visibilitychange', tick)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', tick)
  }
})

/** `now()` each half minute: for ages and lists that need no seconds. */
export const minutes: Readable<number> = readable(now(), (set) => {
  set(now())
  const timer = setInterval(() => document.visibilityState === 'visible' && set(now()), 30_000)
  return () => clearInterval(timer)
})
