/// <reference lib="webworker" />
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'

declare const self: ServiceWorkerGlobalScope

/* The shell and every lazy page are here before they are needed: nobody meets a missing page without a network.
   Nothing of the server's data passes through this cache; rows live in IndexedDB. */
precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()

const SERVERS = [/^\/api/, /^\/sync\/./, /^\/photos/, /^\/r\//, /^\/a\//, /^\/p\//, /^\/pass/, /^\/posters/, /^\/enter/, /^\/version/, /^\/metrics/]
registerRoute(new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: SERVERS }))

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

/* A new worker waits until the page says that nothing is being typed. */
self.addEventListener('message', (event) => {
  if ((event.data as { type?: string } | null)?.type === 'SKIP_WAITING') void self.skipWaiting()
})
