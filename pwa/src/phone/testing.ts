/* The ground under every test of the phone: databases that live in memory, and a page without a screen. */
import 'fake-indexeddb/auto'
import { afterAll, vi } from 'vitest'

const kept = new Map<string, string>()
const storage = {
  getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key), clear: () => kept.clear(),
}
/** Its names are listed as a browser lists them. */
const listed = new Proxy(storage, {
  ownKeys: () => [...kept.keys()],
  getOwnPropertyDescriptor: (own, name) => (kept.has(String(name)) ? { value: kept.get(String(name)), enumerable: true, configurable: true } : Reflect.getOwnPropertyDescriptor(own, name)),
})
Object.defineProperty(globalThis, 'localStorage', { value: listed, configurable: true, writable: true })

// Files of one thread share a world: each leaves it as it found it, and has modules of its own.
const { fetch, setTimeout } = globalThis
const timers: ReturnType<typeof setTimeout>[] = []
globalThis.setTimeout = Object.assign((...given: Parameters<typeof setTimeout>) => {
  timers.push(setTimeout(...given))
  return timers.at(-1)!
}, setTimeout)
afterAll(() => {
  timers.forEach(clearTimeout)
  globalThis.setTimeout = setTimeout
  vi.unstubAllGlobals()
  vi.useRealTimers()
  vi.resetModules()
  globalThis.fetch = fetch
  storage.clear()
})
