/* The ground under every test of the phone: databases that live in memory, and a page without a screen. */
import 'fake-indexeddb/auto'

const kept = new Map<string, string>()
const storage = {
  getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key), clear: () => kept.clear(),
}
Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true, writable: true })
