import { PROTOCOL, SCHEMA, type Exception, type PushAnswer, type PushBody, type WhyRevoked, type WireOperation } from '../sync/wire'
import { backOff, errorOf, meaningOf, retryAfter, type Meaning } from './answers'
import { learnClock } from './clock'
import type { Operation, OutboxDatabase, Receipt } from './databases'
import { deviceOf } from './outbox'

export const MOST_OPERATIONS = 200
export const MOST_BYTES = 128 * 1024
const GZIP_ABOVE = 2048
const TIMEOUT_MS = 30_000
const KEPT_RECEIPTS = 500
/** From then on the server no longer says exactly where a visit was either. */
const RECEIPT_MS = 180 * 86_400_000
const OUTCOMES: string[] = ['merged', 'duplicate']

/** How a drain ended: everything is received, or why not and when to try again (ms from now). */
export interface Drained {
  meaning: Meaning
  wait_ms: number
  code: string
  /** the server has told this device to go */
  revoked?: WhyRevoked
}
interface Sizes { operations: number; bytes: number }
/**
 * Another outbox goes by this one's name: what is left below the number that the server expects is sent first, so that each
 * is answered, beginning above the last that was answered as other work.
 */
interface Walk { answered: number; below: number }
const AMONG_OWN: Walk = { answered: 0, below: Infinity }

/** Other numbers: few phones ever need them. */
const seldom = () => import('./rebirth')

/**
 * Sends everything that waits in one outbox, in whole units, oldest first. `greet`: says a word to the server even with
 * nothing to send, to learn whether this device is still wanted and whether its numbers still meet.
 */
export async function drain(outbox: OutboxDatabase, credential: string, failures: number, told: () => void = () => {}, greet = false): Promise<Drained> {
  const device = await deviceOf(outbox)
  let sizes = most()
  const walk = { ...AMONG_OWN }
  let revoked: WhyRevoked | undefined
  for (let rounds = 0; rounds < 10_000; rounds += 1) {
    const batch = await nextBatch(outbox, sizes, walk)
    if (batch.length === 0 && walk.below < Infinity) return { ...(await (await seldom()).rebirth(outbox)), ...(revoked ? { revoked } : {}) }
    if (batch.length === 0 && (rounds > 0 || !greet)) return { meaning: 'ack', wait_ms: 0, code: '', ...(revoked ? { revoked } : {}) }
    const sent = await send(outbox, device, credential, batch, walk)
    revoked = sent.revoked ?? revoked
    if (sent.meaning === 'ack') told()
    else if (sent.code === 'reborn') return sent
    else if (sent.meaning !== 'smaller' || batch.length === 0) return stopped(sent, failures, revoked)
    else if (!halve(sizes, batch)) {
      // It is the unit's fault only where the server takes the same envelope without it.
      const heard = await send(outbox, device, credential, [], walk)
      revoked = heard.revoked ?? revoked
      if (heard.meaning !== 'ack') return heard.code === 'reborn' ? heard : stopped(heard, failures, revoked)
      await (await seldom()).setAside(outbox, batch)
      sizes = most()
      told()
    }
  }
  return { meaning: 'later', wait_ms: backOff(failures + 1), code: 'endless' }
}

function most(): Sizes {
  return { operations: MOST_OPERATIONS, bytes: MOST_BYTES }
}

function stopped(sent: Drained, failures: number, revoked: WhyRevoked | undefined): Drained {
  const meaning = sent.meaning === 'smaller' ? 'human' : sent.meaning
  return { ...sent, meaning, wait_ms: Math.max(sent.wait_ms, backOff(failures + 1)), ...(revoked ? { revoked } : {}) }
}

/** Whole units from the front of the queue, as many as fit; a single unit always fits. */
export async function nextBatch(outbox: OutboxDatabase, sizes: Sizes, { answered, below } = AMONG_OWN): Promise<Operation[]> {
  const queue = (await outbox.operations.where('state').anyOf('waiting', 'sending').sortBy('seq')).filter(({ seq }) => seq > answered)
  const batch: Operation[] = []
  let bytes = 0
  for (const unit of unitsOf(queue)) {
    const size = JSON.stringify(unit.map(wired)).length
    const full = batch.length + unit.length > sizes.operations || bytes + size > sizes.bytes
    if (unit[0]!.seq >= below || (batch.length > 0 && full)) break
    batch.push(...unit)
    bytes += size
  }
  return batch
}

/** What goes to the server in the versions that this app speaks. */
export function enveloped(device: string, times: Pick<PushBody, 'sent_at' | 'contact_at'>, units: PushBody['units']): PushBody {
  return { v: PROTOCOL, schema: SCHEMA, device, ...times, units }
}

async function send(outbox: OutboxDatabase, device: string, credential: string, batch: Operation[], walk: Walk): Promise<Drained> {
  // Only shown: a phone too full to note it sends all the same.
  await mark(outbox, batch, 'sending').catch((cause: unknown) => console.warn('not marked', cause))
  const sent_at = Date.now()
  const contact_at = ((await outbox.meta.get('contact_at'))?.value as number | undefined) ?? null
  const left = await outbox.operations.where('state').anyOf('waiting', 'sending').count()
  const body = enveloped(device, { sent_at, contact_at }, unitsOf(batch).map((unit) => unit.map(wired)))
  if (left > batch.length) body.more = true
  try {
    const response = await post(body, credential)
    if (response.ok) return await received(outbox, device, batch, (await response.json()) as PushAnswer, sent_at, walk)
    const { code, ...revoked } = await errorOf(response)
    const wait_ms = retryAfter(response.headers.get('Retry-After'), Date.now())
    const meaning = response.status === 400 ? 'smaller' : meaningOf(response.status, code)
    return await held(outbox, batch, { meaning, wait_ms, code: code || String(response.status), ...revoked })
  } catch (cause) {
    // A slow link that cannot carry this much in time gets less; no link at all gets patience.
    const slow = (cause as Error | undefined)?.name === 'TimeoutError' && unitsOf(batch).length > 1
    return held(outbox, batch, { meaning: slow ? 'smaller' : 'later', wait_ms: 0, code: 'network' })
  }
}

async function post(body: PushBody, credential: string): Promise<Response> {
  const text = JSON.stringify(body)
  const headers: Record<string, string> = { 'Content-Type': 'application/json', Authorization: `Bearer ${credential}` }
  const packed = text.length > GZIP_ABOVE && typeof CompressionStream !== 'undefined'
  if (packed) headers['Content-Encoding'] = 'gzip'
  const content = packed ? await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer() : text
  return fetch('/sync/push', { method: 'POST', headers, body: content, credentials: 'omit', signal: AbortSignal.timeout(TIMEOUT_MS) })
}

async function held(outbox: OutboxDatabase, batch: Operation[], how: Drained): Promise<Drained> {
  await mark(outbox, batch, 'waiting')
  return how
}

async function mark(outbox: OutboxDatabase, batch: Operation[], state: 'waiting' | 'sending'): Promise<void> {
  await outbox.operations.bulkUpdate(batch.map((op) => ({ key: op.seq, changes: { state } })))
}

/** Stores what the server decided, in one transaction, before any operation counts as received. */
async function received(outbox: OutboxDatabase, device: string, batch: Operation[], answer: PushAnswer, sent_at: number, walk: Walk): Promise<Drained> {
  const at = Date.now()
  learnClock(answer.now, sent_at, at)
  // A greeting has no number that could leave a gap: what this outbox expects to send next tells.
  if (answer.gap || (!batch.length && answer.next < (await nextOf(outbox)))) {
    await held(outbox, batch, { meaning: 'later', wait_ms: 0, code: 'gap' })
    return (await seldom()).rewind(outbox, answer.next)
  }
  const judged = new Map((answer.except ?? []).map((exception) => [exception.n, exception]))
  const [first, count] = answer.done
  const done = batch.filter((op) => op.seq >= first && op.seq < first + count)
  const mismatched = done.filter((op) => judged.get(op.seq)?.o === 'mismatch')
  const foreign = mismatched.filter((op) => !isKnown(judged.get(op.seq)))
  await outbox.transaction('rw', outbox.operations, outbox.aliases, outbox.meta, async () => {
    await receive(outbox, done.filter((op) => !foreign.includes(op)), (op) => receiptOf(judged.get(op.seq), at, device))
    await outbox.meta.bulkPut([{ key: 'contact_at', value: answer.contact_at }, { key: 'sent_total', value: await total(outbox, done.filter((op) => !['refused', 'mismatch'].includes(judged.get(op.seq)?.o ?? '')).length) }])
    await forgetOldReceipts(outbox, at)
  })
  if ((answer.except ?? []).some((one) => one.o === 'refused' && one.code === 'erased')) await (await import('./erased')).forgetAnswered(outbox)
  const rest = batch.filter((op) => !done.includes(op) || foreign.includes(op))
  if (rest.length) await held(outbox, rest, { meaning: 'later', wait_ms: 0, code: '' })
  const told = answer.revoked ? { revoked: answer.revoked } : {}
  if (batch.length && !done.length) return { meaning: 'later', wait_ms: 0, code: 'nothing_done', ...told }
  walk.answered = Math.max(walk.answered, ...mismatched.map(({ seq }) => seq))
  if (mismatched.length || (!answer.revoked && (await isBehind(outbox, answer.next)))) walk.below = answer.next
  return { meaning: 'ack', wait_ms: 0, code: '', ...told }
}

async function nextOf(outbox: OutboxDatabase): Promise<number> {
  return outbox.transaction('r', outbox.operations, outbox.meta, async () => {
    const [oldest] = await outbox.operations.where('state').anyOf('waiting', 'sending').sortBy('seq')
    return oldest?.seq ?? ((await outbox.meta.get('next_seq'))?.value as number | undefined) ?? 1
  })
}

/** The server expects a number that this outbox has not come to: another outbox goes by its name. */
async function isBehind(outbox: OutboxDatabase, next: number): Promise<boolean> {
  return next > (((await outbox.meta.get('next_seq'))?.value as number | undefined) ?? 1)
}

function isKnown(exception: Exception | undefined): boolean {
  return exception?.o === 'mismatch' && exception.known === true
}

async function receive(outbox: OutboxDatabase, done: Operation[], receiptFor: (op: Operation) => Receipt): Promise<void> {
  const received = done.map((op) => ({ op, receipt: receiptFor(op) }))
  await outbox.operations.bulkUpdate(received.map(({ op, receipt }) => {
    const refused = receipt.outcome === 'refused'
    return { key: op.seq, changes: { state: refused ? 'refused' as const : 'sent' as const, laid: refused ? 0 as const : 1 as const, receipt } }
  }))
  await outbox.aliases.bulkPut(received.flatMap(({ op, receipt }) => (receipt.of && receipt.of !== op.id ? [{ id: op.id, of: receipt.of }] : [])))
}

function receiptOf(exception: Exception | undefined, at: number, device: string): Receipt {
  if (!exception || exception.o === 'mismatch') return { outcome: 'applied', at }
  const { n, o, ...rest } = exception
  if (o === 'refused') return { outcome: o, at, device, n, ...rest }
  // A word of a newer server: what it did not refuse, it took.
  if (!OUTCOMES.includes(o)) console.error('an outcome this phone does not know', o)
  return { ...rest, outcome: OUTCOMES.includes(o) ? o : 'applied', at }
}

async function total(outbox: OutboxDatabase, more: number): Promise<number> {
  return (((await outbox.meta.get('sent_total'))?.value as number | undefined) ?? 0) + more
}

async function forgetOldReceipts(outbox: OutboxDatabase, at: number): Promise<void> {
  const settled = await outbox.operations.where('[state+settled]').equals(['sent', 1]).primaryKeys()
  const surplus = settled.sort((a, b) => a - b).slice(0, Math.max(0, settled.length - KEPT_RECEIPTS))
  const old = await outbox.operations.where('[state+settled]').anyOf(['sent', 1], ['refused', 1]).filter(({ receipt }) => receipt!.at < at - RECEIPT_MS).primaryKeys()
  await outbox.operations.bulkDelete([...surplus, ...old])
}

function halve(sizes: Sizes, batch: Operation[]): boolean {
  if (unitsOf(batch).length < 2) return false
  sizes.operations = Math.max(1, Math.floor(batch.length / 2))
  sizes.bytes = Math.max(1024, Math.floor(sizes.bytes / 2))
  return true
}

function unitsOf(operations: Operation[]): Operation[][] {
  const units: Operation[][] = []
  for (const op of operations) {
    const last = units.at(-1)
    if (last && last[0]!.unit === op.unit) last.push(op)
    else units.push([op])
  }
  return units
}

export function wired(op: Pick<Operation, 'seq' | 'entity' | 'id' | 'fields' | 'captured_at' | 'base' | 'cites'>): WireOperation {
  const wire: WireOperation = { n: op.seq, e: op.entity, i: op.id, f: op.fields, t: op.captured_at }
  if (op.base !== null) wire.b = op.base
  if (op.cites !== null) wire.x = op.cites
  return wire
}
