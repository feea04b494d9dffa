/// <reference lib="webworker" />
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { saidOf } from './notify/ringing'

declare const self: ServiceWorkerGlobalScope

/* The shell and every lazy page are here before they are needed: nobody meets a missing page without a network.
   Nothing of the server's data passes through this cache; rows live in IndexedDB. */
precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()

const SERVERS = [/^\/api/, /^\/sync\/./, /^\/photos/, /^\/recordings/, /^\/r\//, /^\/a\//, /^\/my\//, /^\/p\//, /^\/pass/, /^\/consent\//, /^\/v(\/|$)/, /^\/posters/, /^\/enter/, /^\/version/, /^\/metrics/]
registerRoute(new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: SERVERS }))

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
