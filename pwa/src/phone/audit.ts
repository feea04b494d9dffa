import type { Digest } from '../sync/digest'
import { call } from './api'
import { now } from './clock'
import { beneath, type CacheDatabase } from './databases'
import { differing } from './frames'
import { recountIn } from './pulling'

const EVERY_MS = 86_400_000
const AWAKE = 'shopbell-awake'
/** No scope has it. */
const NEVER: Digest = [-1, 0, 0]

/** Whose rows were held against the server's since this app started. */
const asked = new Set<string>()
let minded = false

/**
 * Once after each start, at a head that agreed: whether the rows that are really here are those that the server holds.
 * Counted once a day, or when the app was cut off in full view; the server is asked each time, for a pull that finds nothing moved
 * brings no digest. True when another pull has to look again.
 */
export async function audit(cache: CacheDatabase): Promise<boolean> {
  if (asked.has(cache.name)) return false
  if (await isDue(cache)) await recountIn(cache)
  const differ = await differingThere(cache)
  if (differ?.length) await doubt(cache, differ)
  if (differ) asked.add(cache.name)
  return (await differing(await beneath(cache))).length > 0
}

async function isDue(cache: CacheDatabase): Promise<boolean> {
  const known = (await cache.meta.get('counted_at'))?.value as number | undefined
  const cut_off = fellAwake()
  if (!cut_off && Math.abs(now() - (known ?? 0)) < EVERY_MS) return false
  await cache.meta.put({ key: 'counted_at', value: now() })
  // Rows of a first sync were added up as they came.
  return cut_off || known !== undefined
}

/** null when there was no answer. */
async function differingThere(cache: CacheDatabase): Promise<string[] | null> {
  const digest = (await cache.meta.get('digests'))?.value ?? {}
  const { ok, body } = await call<{ differ?: string[] }>('POST', '/sync/verify', { digest }, 8_000)
  return ok ? (body?.differ ?? []) : null
}

/** What the server said of them counts no more: the next head says it anew, or they are sent again. */
async function doubt(cache: CacheDatabase, scopes: string[]): Promise<void> {
  const said = (await cache.meta.get('said'))?.value as Record<string, Digest> | undefined
  await cache.meta.put({ key: 'said', value: { ...said, ...Object.fromEntries(scopes.map((scope) => [scope, NEVER])) } })
}

/** Whether the app last ended while somebody looked at it, as by a crash or an empty battery. Asked once, minded from then on. */
function fellAwake(): boolean {
  if (minded) return false
  minded = true
  globalThis.addEventListener?.('visibilitychange', mind)
  return mind()
}

/** Notes whether the app is looked at; whether it was before. */
function mind(): boolean {
  try {
    const was = localStorage.getItem(AWAKE) !== null
    if (document.visibilityState === 'visible') localStorage.setItem(AWAKE, '1')
    else localStorage.removeItem(AWAKE)
    return was
  } catch {
    // Forbidden or full: once a day has to do.
    return false
  }
}
