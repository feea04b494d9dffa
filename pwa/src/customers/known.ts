import { get } from 'svelte/store'
import { ownCache, type CacheDatabase } from '../phone/databases'
import { person } from '../phone/session'
import { status } from '../phone/status'
import { sha256 } from '../sync/sha256'
import { HOUR_MS } from '../words/format'

/* The numbers that customers of this organisation have, as prefixes of salted hashes: enough to say "probably known"
   without a network, and too little to name anybody. */

interface Kept { etag: string; bytes: Uint8Array; checked_at: number }
const KEY = 'known_phones'
const FRESH_MS = 6 * HOUR_MS
const TIMEOUT_MS = 30_000
const SALT_BYTES = 16
const PREFIX_BYTES = 3
const utf8 = new TextEncoder()

/** Keeps the file fresh: asked for after a sync, when the last asking is some hours ago. */
export function startKnown(): void {
  status.subscribe(({ kind }) => { if (kind === 'synced' && get(person)) void refreshKnown(ownCache(), FRESH_MS) })
}

/** Asks the server for the file unless it was asked within `fresh_ms`; no network, no change. */
export async function refreshKnown(cache: CacheDatabase, fresh_ms: number): Promise<void> {
  const kept = await keptIn(cache)
  if (kept && Date.now() - kept.checked_at < fresh_ms) return
  try {
    const headers: HeadersInit = kept?.etag ? { 'If-None-Match': kept.etag } : {}
    const response = await fetch('/api/known-phones', { headers, credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) })
    const fresh = response.status === 304 ? kept : response.ok ? await fileOf(response) : null
    if (fresh) await cache.meta.put({ key: KEY, value: { ...fresh, checked_at: Date.now() } })
  } catch (cause) {
    console.info('known numbers were not fetched', (cause as Error | undefined)?.name)
  }
}

/** The file as this phone last got it; null when it never did. */
export async function knownFile(cache: CacheDatabase): Promise<Uint8Array | null> {
  return (await keptIn(cache))?.bytes ?? null
}

/** Whether some customer has this canonical number, as likely as a 24-bit prefix can say. */
export function isProbablyKnown(file: Uint8Array, canonical: string): boolean {
  const wanted = prefixAt(sha256(new Uint8Array([...file.subarray(0, SALT_BYTES), ...utf8.encode(canonical)])), 0)
  let [low, high] = [0, (file.length - SALT_BYTES) / PREFIX_BYTES]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (prefixAt(file, SALT_BYTES + middle * PREFIX_BYTES) < wanted) low = middle + 1
    else high = middle
  }
  const at = SALT_BYTES + low * PREFIX_BYTES
  return at < file.length && prefixAt(file, at) === wanted
}

async function fileOf(response: Response): Promise<Omit<Kept, 'checked_at'> | null> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  const whole = bytes.length >= SALT_BYTES && (bytes.length - SALT_BYTES) % PREFIX_BYTES === 0
  return whole ? { etag: response.headers.get('ETag') ?? '', bytes } : null
}

async function keptIn(cache: CacheDatabase): Promise<Kept | undefined> {
  return (await cache.meta.get(KEY))?.value as Kept | undefined
}

function prefixAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
}
