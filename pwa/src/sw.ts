/// <reference lib="webworker" />
import { cleanupOutdatedCaches, PrecacheController, PrecacheRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { saidOf } from './notify/ringing'

declare const self: ServiceWorkerGlobalScope

/* The shell and every lazy page are here before they are needed: nobody meets a missing page without a network.
   Nothing of the server's data passes through this cache; rows live in IndexedDB. */
const shell = new PrecacheController()
const files = self.__WB_MANIFEST
shell.addToCacheList(files)
registerRoute(new PrecacheRoute(shell))
cleanupOutdatedCaches()
self.addEventListener('install', (event) => event.waitUntil(keepAll(event)))
self.addEventListener('activate', (event) => event.waitUntil(shell.activate(event)))

/* The library keeps one after the other: two hundred round trips, which a weak link makes minutes. What an earlier
   attempt has kept is not fetched again. */
const LANES = 8
async function keepAll(event: ExtendableEvent): Promise<void> {
  const left = [...files].reverse()
  const keepOn = async () => {
    for (let file = left.pop(); file; file = left.pop()) await keep(event, file)
  }
  await Promise.all(Array.from({ length: LANES }, keepOn))
}
async function keep(event: ExtendableEvent, file: (typeof files)[number]): Promise<void> {
  const { url, revision } = typeof file === 'string' ? { url: file, revision: null } : file
  // A name without a hash may be an older file's in the browser's own cache.
  const request = new Request(url, { cache: revision ? 'reload' : 'default', credentials: 'same-origin', priority: 'low' })
  await Promise.all(shell.strategy.handleAll({ params: { cacheKey: shell.getCacheKeyForURL(url) }, request, event }))
}

const SERVERS = [/^\/api/, /^\/sync\/./, /^\/photos/, /^\/recordings/, /^\/r\//, /^\/a\//, /^\/my\//, /^\/p\//, /^\/pass/, /^\/consent\//, /^\/v(\/|$)/, /^\/posters/, /^\/enter/, /^\/version/, /^\/metrics/]
registerRoute(new NavigationRoute(shell.createHandlerBoundToURL('/index.html'), { denylist: SERVERS }))

/* What the phone and the server say to each other needs no worker: where the browser can be told so it is not woken for
   each request, and a new version need not wait for one that is woken again and again (Chromium waits without end). */
interface Routed { addRoutes?: (routes: { condition: { urlPattern: string }; source: 'network' }[]) => Promise<void> }
const TALK = ['/sync/*', '/api/*', '/photos*', '/recordings*', '/version', '/metrics']
self.addEventListener('install', (event) => {
  const { addRoutes } = event as Routed
  if (addRoutes) event.waitUntil(addRoutes.call(event, TALK.map((urlPattern) => ({ condition: { urlPattern }, source: 'network' as const }))))
})

/* The scanner's WASM is large and only some people scan: it is kept from its first use. Its name carries its hash. */
const SCANNER = 'shopbell-scanner'
registerRoute(({ url }) => url.origin === self.location.origin && url.pathname.endsWith('.wasm'), async ({ request }) => {
  const cache = await caches.open(SCANNER)
  const kept = await cache.match(request)
  if (kept) return kept
  const fresh = await fetch(request)
  if (fresh.ok) {
    for (const old of await cache.keys()) await cache.delete(old)
    await cache.put(request, fresh.clone())
  }
  return fresh
})

/* The bell, where nobody looks at the app. */
self.addEventListener('push', (event) => {
  const { title, body, path, tag } = saidOf(event.data?.text() ?? '', self.navigator.language)
  event.waitUntil(self.registration.showNotification(title, { body, tag, data: path, icon: '/icon-192.png' }))
})
self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open(String(event.notification.data ?? '/')))
})

/** In the app where it is open already; there a reload could cost what is being typed. */
async function open(path: string): Promise<unknown> {
  const [first] = await self.clients.matchAll({ type: 'window' })
  if (!first) return self.clients.openWindow(path)
  first.postMessage({ type: 'GO', path })
  return first.focus()
}

/* A new worker waits until the page says that nothing is being typed. */
self.addEventListener('message', (event) => {
  if ((event.data as { type?: string } | null)?.type === 'SKIP_WAITING') void self.skipWaiting()
})
