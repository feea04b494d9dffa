import type { WhyRevoked } from '../sync/wire'
import { resolved } from './aliases'
import { backOff, type Meaning } from './answers'
import { audit } from './audit'
import { learnClock } from './clock'
import { beneath, type CacheDatabase, type OutboxDatabase } from './databases'
import { differing, forgetEverything, forgetScopes, letGo } from './frames'
import { deviceOf } from './outbox'
import { streamTo } from './pulling'
import { reportOf } from './report'
import type { Step } from './stream'
import { Touch } from './touch'

/** How long a sheet that was left half-written keeps a customer here whom somebody else has now. */
const WRITTEN_MS = 86_400_000

/** How a pull ended. `head`: this phone now holds, row for row, what the server holds for this person. */
export interface Pulled { meaning: Meaning; head: boolean; wait_ms: number; code: string; revoked?: WhyRevoked }
export interface Progress { done: number; total: number }

/** Pulls to the head, and proves it by the digests; a scope that differs is dropped and fetched again. At the first, once
    after each start, also that the rows are still there. */
export async function pull(outbox: OutboxDatabase, cache: CacheDatabase, failures: number, told: (progress: Progress) => void = () => {}): Promise<Pulled> {
  const touch = new Touch(cache)
  try {
    const heard = (step: Step) => {
      if (step.now !== null) learnClock(step.now, step.sent_at, step.received_at)
      if (step.total) told({ done: step.done, total: step.total })
      touch.soon()
    }
    const pulled = await pullToHead(outbox, cache, failures, heard)
    return pulled.head && (await isDoubtful(cache)) ? await pullToHead(outbox, cache, failures, heard) : pulled
  } finally {
    touch.now()
  }
}

/** Whether the rows that are here may be others than the server holds. Not to know costs no pull. */
async function isDoubtful(cache: CacheDatabase): Promise<boolean> {
  try {
    return await audit(cache)
  } catch (cause) {
    console.warn('rows not counted', cause)
    return false
  }
}

/** What the server had received when a pull began. Told by number, not by time: a phone's clock can be put back meanwhile. */
async function receivedIn(outbox: OutboxDatabase): Promise<number[]> {
  return outbox.operations.where('laid').equals(1).filter(({ state }) => state === 'sent').primaryKeys()
}

/** Operations received before this pull began are in what it brought: they need no overlay any more. */
async function settle(outbox: OutboxDatabase, received: number[]): Promise<void> {
  await outbox.operations.where('seq').anyOf(received).modify({ laid: 0, settled: 1 })
}

/** The trees about which work waits, under every name: what leaves this phone of them stays until it was judged. */
async function waitingRoots(outbox: OutboxDatabase): Promise<Set<string>> {
  const waiting = await outbox.operations.where('state').anyOf('waiting', 'sending').toArray()
  const aliases = new Map((await outbox.aliases.toArray()).map(({ id, of }) => [id, of]))
  return new Set(waiting.flatMap(({ root }) => [root, resolved(aliases, root)]))
}

/** Whom something that is written and not saved yet is about: its key names them. */
function namedIn(keys: string[]): string[] {
  return keys.flatMap((key) => key.split(':'))
}

/** Whoever was erased goes at once, whatever waits; whom somebody only began to write about, after a day. */
async function dismiss(outbox: OutboxDatabase, cache: CacheDatabase, work: Set<string>): Promise<void> {
  if (!((await cache.meta.get('leaving'))?.value as string[] | undefined)?.length) return
  const written = await outbox.drafts.filter(({ kept_at }) => kept_at > Date.now() - WRITTEN_MS).primaryKeys()
  const waits = new Set([...work, ...namedIn(written)])
  const erased = new Set((await cache.rows.where('entity').equals('erasure').toArray()).flatMap(({ body }) => body.ids as string[]))
  await letGo(await beneath(cache), (root) => waits.has(root) && !erased.has(root))
}

async function pullToHead(outbox: OutboxDatabase, cache: CacheDatabase, failures: number, told: (step: Step) => void): Promise<Pulled> {
  const [device, waits] = [await deviceOf(outbox), await waitingRoots(outbox)]
  const written = await outbox.drafts.toCollection().primaryKeys()
  await cache.meta.put({ key: 'waits', value: [...waits, ...namedIn(written)] })
  for (let round = 0; round < 3; round += 1) {
    const received = await receivedIn(outbox)
    const ended = await streamTo(cache, { device, ...(await reportOf(outbox)) }, told)
    if (ended.meaning !== 'ack') return { ...ended, head: false, wait_ms: Math.max(ended.wait_ms, backOff(failures + 1)) }
    if (!ended.head) return { meaning: 'later', head: false, wait_ms: backOff(failures + 1), code: 'cut' }
    const differ = await differing(await beneath(cache))
    if (differ.length === 0) {
      await Promise.all([settle(outbox, received), cache.meta.delete('partial')])
      await dismiss(outbox, cache, waits)
      return { meaning: 'ack', head: true, wait_ms: 0, code: '' }
    }
    console.warn('scopes differ, fetching again', differ)
    // Once politely by scope, then everything: a phone never says "synced" while it differs.
    if (round === 0) await forgetScopes(await beneath(cache), differ)
    else await forgetEverything(await beneath(cache))
  }
  return { meaning: 'human', head: false, wait_ms: backOff(failures + 6), code: 'differs' }
}
