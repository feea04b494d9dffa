import type { Frame, WhyRevoked } from '../sync/wire'
import { errorOf, meaningOf, retryAfter, type Meaning } from './answers'
import { found } from './disk'
import { applyFrame, nothingKnown } from './frames'
import type { Report } from './report'

/* One answer of the server, read and written frame by frame. Runs on a thread of its own where there is one. */

export const SILENCE_MS = 30_000

/** Which phone asks, and how its outbox stands. */
export type Asker = Report & { device: string }
/** One frame is on the disk. `now` is the server's clock, on the first. */
export interface Step { now: number | null; sent_at: number; received_at: number; done: number; total: number }
export interface Streamed { meaning: Meaning; code: string; wait_ms: number; head: boolean; revoked?: WhyRevoked }
export const CUT: Streamed = { meaning: 'later', code: 'network', wait_ms: 0, head: false }

/** Asks for what is new since the stored cursor, and stores it; tells after each frame. */
export async function streamInto(database: IDBDatabase, asker: Asker, told: (step: Step) => void): Promise<Streamed> {
  const patience = new AbortController()
  let head = false
  try {
    const sent_at = Date.now()
    const response = await ask(database, asker, patience.signal)
    if (!response.ok) return await refusal(response)
    const memory = nothingKnown()
    let first = true
    for await (const frame of framesOf(response, patience)) {
      const received_at = Date.now()
      await applyFrame(database, frame, memory)
      const [total, left] = [frame.total ?? 0, frame.left ?? 0]
      told({ now: first ? (frame.now ?? null) : null, sent_at, received_at, done: total - left, total })
      head = frame.head === true
      first = false
    }
    return { meaning: 'ack', code: '', wait_ms: 0, head }
  } catch (cause) {
    const { name } = cause as Error
    console.info('pull was cut', name)
    return name === 'QuotaExceededError' ? { ...CUT, code: 'full' } : CUT
  }
}

async function ask(database: IDBDatabase, asker: Asker, signal: AbortSignal): Promise<Response> {
  const meta = database.transaction('meta').objectStore('meta')
  const [cursor, resend] = [meta.get('cursor'), meta.get('resend')]
  await found(resend)
  const body = { cursor: cursor.result?.value ?? null, ...asker, ...(resend.result ? { resend: resend.result.value } : {}) }
  return fetch('/sync/pull', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal })
}

async function refusal(response: Response): Promise<Streamed> {
  const { code, ...revoked } = await errorOf(response)
  const wait_ms = retryAfter(response.headers.get('Retry-After'), Date.now())
  return { meaning: meaningOf(response.status, code), code: code || String(response.status), wait_ms, head: false, ...revoked }
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
