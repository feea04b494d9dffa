import { get, writable } from 'svelte/store'
import { updateReady } from './newVersion'
import { go } from './router'

/* A new version is offered, never forced. It is applied on a tap, or by itself when the page was away for half an
   hour and nothing is being typed. At most one reload for each build. */

const AWAY_MS = 30 * 60_000
const CHECK_MS = 60 * 60_000
const QUIET_CHECK_MS = 15 * 60_000
const BEGINS_WITHIN_MS = 3000
const RELOADED = 'shopbell-reloaded-for'

/** Forms with something typed and not yet saved; each names itself. */
export const dirty = writable<ReadonlySet<string>>(new Set())

let registration: ServiceWorkerRegistration | null = null
let asked = false

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
 * The person asked for the new version. It may have begun already, for another tab; and browsers let a worker that was
 * asked to begin wait for the old one's last answer, sometimes for minutes. Then leaving the page is what lets it begin.
 */
export function applyUpdate(): void {
  asked = true
  sessionStorage.removeItem(RELOADED)
  registration?.waiting?.postMessage({ type: 'SKIP_WAITING' })
  setTimeout(reloadOnce, registration?.waiting ? BEGINS_WITHIN_MS : 0)
}

export async function startUpdates(): Promise<void> {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
  const controlled = navigator.serviceWorker.controller !== null
  navigator.serviceWorker.addEventListener('controllerchange', () => controlled && asked && reloadOnce())
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<{ type?: string; path?: string } | null>) => {
    if (data?.type === 'GO' && data.path) go(data.path)
  })
  registration = await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' })
  registration.addEventListener('updatefound', watch)
  watch()
  checkNowAndThen(registration)
}

function watch(): void {
  if (registration?.waiting && navigator.serviceWorker.controller) updateReady.set(true)
  registration?.installing?.addEventListener('statechange', () => {
    if (registration?.waiting && navigator.serviceWorker.controller) updateReady.set(true)
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
    if (away && get(updateReady) && get(dirty).size === 0) applyUpdate()
    else if (Date.now() - checked_at > QUIET_CHECK_MS) check()
  })
}

function reloadOnce(): void {
  const build = document.querySelector<HTMLScriptElement>('script[type=module][src]')?.src ?? ''
  if (sessionStorage.getItem(RELOADED) === build) return
  sessionStorage.setItem(RELOADED, build)
  location.reload()
}
