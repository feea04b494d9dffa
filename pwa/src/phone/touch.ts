import { Dexie, RangeSet, type ObservabilitySet } from 'dexie'
import type { CacheDatabase } from './databases'

/* Rows are written without Dexie, which would otherwise tell its live queries by itself. */

/** Each time they are told, screens read and draw again: soon at first, then seldom while a long pull goes on. */
const SOONEST_MS = 125
const LATEST_MS = 1000

/** Tells all live queries, of this tab and the others, that the rows of one cache changed. */
export class Touch {
  private timer: ReturnType<typeof setTimeout> | undefined
  private pause_ms = 0

  constructor(private readonly cache: CacheDatabase) {}

  /** A little later, once for all that happens until then. */
  soon(): void {
    this.timer ??= setTimeout(() => this.now(), this.pause_ms)
  }

  now(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.pause_ms = Math.min(LATEST_MS, this.pause_ms * 2 || SOONEST_MS)
    Dexie.on.storagemutated.fire(everythingIn(this.cache))
  }
}

/** Runs `then` whenever rows of this cache may have changed, until the answer is called. */
export function onTouch(cache: CacheDatabase, then: () => void): () => void {
  const rows = `${nameOf(cache)}rows/`
  const heard = (parts: ObservabilitySet) => {
    if ('all' in parts || Object.keys(parts).some((part) => part.startsWith(rows))) then()
  }
  Dexie.on.storagemutated.subscribe(heard)
  return () => Dexie.on.storagemutated.unsubscribe(heard)
}

function everythingIn(cache: CacheDatabase): ObservabilitySet {
  const parts = cache.tables.flatMap(({ name, schema }) =>
    ['', ':dels', ...schema.indexes.map((index) => index.name)].map((part) => `${nameOf(cache)}${name}/${part}`))
  return Object.fromEntries(parts.map((part) => [part, new RangeSet(-Infinity, [[]] as never)]))
}

function nameOf(cache: CacheDatabase): string {
  return `idb://${cache.name}/`
}
