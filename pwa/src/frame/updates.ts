import { get, writable } from 'svelte/store'
import { newVersion } from './newVersion'
import { go } from './router'

/* A new version is offered, never forced. It is applied on a tap, or by itself when the page was away for half an
   hour and nothing is being typed. At most one reload for each build. */

const AWAY_MS = 30 * 60_000
const CHECK_MS = 60 * 60_000
const QUIET_CHECK_MS = 15 * 60_000
const AT_ONCE_MS = 4000
const QUIET_MS = 700
const QUIET_WITHIN_MS = 5000
const ASK_EVERY_MS = 2000
const RELOADED = 'shopbell-reloaded-for'

/** Forms with something typed and not yet saved; each names itself. */
export const dirty = writable<ReadonlySet<string>>(new Set())

let registration: ServiceWorkerRegistration | null = null
let asked_at: number | null = null

/** A form says that it holds (or no longer holds) unsaved typing. */
export function markDirty(form: string, is: boolean): void {
  dirty.update((now) => {
    const next = new Set(now)
    if (is) next.add(form)
    else next.delete(form)
    return next
  })
}

/**
 * The person asked for the new version. It may have begun already, for another tab. A browser ends the old worker when
 * that has nothing to do; a request that wakes it in between makes the new one wait for half a minute (Chromium 156), and
 * a page that is loaded anew meanwhile waits for an answer that never comes. So a page that is still fetching its parts
 * is let finish first, and nothing is loaded anew before the new worker is there.
 */
export async function applyUpdate(): Promise<void> {
  asked_at = performance.now()
  newVersion.set('begins')
  sessionStorage.removeItem(RELOADED)
  await becomeQuiet()
  ask()
}

async function becomeQuiet(): Promise<void> {
  const until = performance.now() + QUIET_WITHIN_MS
  const fetched_at = () => Math.max(0, ...performance.getEntriesByType('resource').map((each) => (each as PerformanceResourceTiming).responseEnd))
  while (performance.now() < Math.min(until, fetched_at() + QUIET_MS)) await new Promise((done) => setTimeout(done, 100))
}

function ask(): void {
  if (!registration?.waiting) return reloadWhenReady()
  registration.waiting.postMessage({ type: 'SKIP_WAITING' })
  setTimeout(ask, ASK_EVERY_MS)
}

/** The new worker answers for this page from now on: once it is ready to, the page is made anew. */
function reloadWhenReady(): void {
  const worker = navigator.serviceWorker.controller
  if (!worker || worker.state === 'activated') return reloadUnlessTyping()
  worker.addEventListener('statechange', reloadUnlessTyping, { once: true })
}

/** Whoever went on typing meanwhile is asked once more. */
function reloadUnlessTyping(): void {
  const late = asked_at !== null && performance.now() - asked_at > AT_ONCE_MS
  if (!late || get(dirty).size === 0) return reloadOnce()
  asked_at = null
  newVersion.set('waits')
}

export async function startUpdates(): Promise<void> {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
  const controlled = navigator.serviceWorker.controller !== null
  navigator.serviceWorker.addEventListener('controllerchange', () => controlled && asked_at !== null && reloadWhenReady())
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<{ type?: string; path?: string } | null>) => {
    if (data?.type === 'GO' && data.path) go(data.path)
  })
  registration = await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' })
  registration.addEventListener('updatefound', watch)
  watch()
  checkNowAndThen(registration)
}

function watch(): void {
  if (registration?.waiting && navigator.serviceWorker.controller) newVersion.set('waits')
  registration?.installing?.addEventListener('statechange', () => {
    if (registration?.waiting && navigator.serviceWorker.controller) newVersion.set('waits')
  })
}

function checkNowAndThen(known: ServiceWorkerRegistration): void {
  let hidden_at = 0
  let checked_at = Date.now()
  const check = () => {
    checked_at = Date.now()
    void known.update().catch(() => {})
  }
  setInterval(check, CHECK_MS)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') {
      hidden_at = Date.now()
      return
    }
    const away = hidden_at > 0 && Date.now() - hidden_at >= AWAY_MS
    if (away && get(newVersion) === 'waits' && get(dirty).size === 0) void applyUpdate()
    else if (Date.now() - checked_at > QUIET_CHECK_MS) check()
  })
}

function reloadOnce(): void {
  const build = document.querySelector<HTMLScriptElement>('script[type=module][src]')?.src ?? ''
  if (sessionStorage.getItem(RELOADED) === build) return
  sessionStorage.setItem(RELOADED, build)
  location.reload()
}
