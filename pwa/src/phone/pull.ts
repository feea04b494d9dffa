import type { Frame, WhyRevoked } from '../sync/wire'
import { backOff, errorOf, meaningOf, retryAfter, type Meaning } from './answers'
import { learnClock } from './clock'
import type { CacheDatabase, OutboxDatabase } from './databases'
import { applyFrame, differing, forgetAll, forgetScopes } from './frames'
import { deviceOf } from './outbox'
import { reportOf, type Report } from './report'

const SILENCE_MS = 30_000

/** How a pull ended. `head`: this phone now holds, row for row, what the server holds for this person. */
export interface Pulled { meaning: Meaning; head: boolean; wait_ms: number; code: string; revoked?: WhyRevoked }
export interface Progress { done: number; total: number }

/** Pulls to the head, and proves it by the digests; a scope that differs is dropped and fetched again. */
export async function pull(outbox: OutboxDatabase, cache: CacheDatabase, failures: number, told: (progress: Progress) => void = () => {}): Promise<Pulled> {
  const device = await deviceOf(outbox)
  for (let round = 0; round < 3; round += 1) {
    const began = Date.now()
    const { ended, last } = await stream(cache, { device, ...(await reportOf(outbox)) }, told)
    if (ended.meaning !== 'ack') return { ...ended, wait_ms: Math.max(ended.wait_ms, backOff(failures + 1)) }
    if (!last?.head) return { meaning: 'later', head: false, wait_ms: backOff(failures + 1), code: 'cut' }
    const differ = await differing(cache)
    if (differ.length === 0) {
      await settle(outbox, began)
      return { meaning: 'ack', head: true, wait_ms: 0, code: '' }
    }
    console.warn('scopes differ, fetching again', differ)
    // Once politely by scope, then everything: a phone never says "synced" while it differs.
    if (round === 0) await forgetScopes(cache, differ)
    else await forgetAll(cache)
  }
  return { meaning: 'human', head: false, wait_ms: backOff(failures + 6), code: 'differs' }
}

/** Operations received before this pull began are in what it brought: they need no overlay any more. */
export async function settle(outbox: OutboxDatabase, began: number): Promise<void> {
  await outbox.operations.where('laid').equals(1)
    .filter((op) => op.state === 'sent' && op.receipt !== null && op.receipt.at <= began)
    .modify({ laid: 0, settled: 1 })
}

interface Streamed { ended: Pulled; last: Frame | null }
/** Which phone asks, and how its outbox stands. */
type Asker = Report & { device: string }

async function stream(cache: CacheDatabase, asker: Asker, told: (progress: Progress) => void): Promise<Streamed> {
  const patience = new AbortController()
  let last: Frame | null = null
  const ended = (meaning: Meaning, code: string, more: Partial<Pulled> = {}): Streamed => ({ ended: { meaning, head: false, wait_ms: 0, code, ...more }, last })
  try {
    const sent_at = Date.now()
    const response = await ask(cache, asker, patience.signal)
    if (!response.ok) {
      const { code, ...revoked } = await errorOf(response)
      const wait_ms = retryAfter(response.headers.get('Retry-After'), Date.now())
      return ended(meaningOf(response.status, code), code || String(response.status), { wait_ms, ...revoked })
    }
    for await (const frame of framesOf(response, patience)) {
      if (!last && frame.now) learnClock(frame.now, sent_at, Date.now())
      await applyFrame(cache, frame)
      if (frame.total) told({ done: frame.total - (frame.left ?? 0), total: frame.total })
      last = frame
    }
    return ended('ack', '')
  } catch (cause) {
    console.info('pull was cut', (cause as Error | undefined)?.name)
    return ended('later', 'network')
  }
}

async function ask(cache: CacheDatabase, asker: Asker, signal: AbortSignal): Promise<Response> {
  const [cursor, resend] = await cache.meta.bulkGet(['cursor', 'resend'])
  const body = { cursor: cursor?.value ?? null, ...asker, ...(resend ? { resend: resend.value } : {}) }
  return fetch('/sync/pull', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal })
}

/** Whole lines of the answer as they arrive; a last line without its end is a cut and is not used. */
async function* framesOf(response: Response, patience: AbortController): AsyncGenerator<Frame> {
  const reader = response.body!.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const silence = setTimeout(() => patience.abort(), SILENCE_MS)
    const { done, value } = await reader.read().finally(() => clearTimeout(silence))
    if (done) return
    const lines = (text + decoder.decode(value, { stream: true })).split('\n')
    text = lines.pop()!
    for (const line of lines) if (line.trim()) yield JSON.parse(line) as Frame
  }
}
