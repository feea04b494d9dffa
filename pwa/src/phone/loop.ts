import { get } from 'svelte/store'
import { backOff } from './answers'
import { askToPersist, canary, countUnsent, rememberSave, tellLosses } from './canary'
import { cacheOf, outboxOf, phoneDatabase, type Known } from './databases'
import { enrolDevice, isStale } from './enrolment'
import { farewellOf } from './farewells'
import { noteSave } from './firstSave'
import { emptyReserve } from './journal'
import { mindLease, renewLease } from './lease'
import { whenSaved, type Saved } from './outbox'
import { pull, type Pulled } from './pull'
import { drain, type Drained } from './push'
import { refusedIn, settleRefused } from './released'
import { handOver, heedFarewells, partWith } from './revocation'
import { isFull, mindSpace, noteFull } from './room'
import { holdsSession, isBack, isHere, keyOf, knownPeople, lock, me, needsSignIn, person, phase, type Person } from './session'
import { leftDrafts, REGISTERED, REGISTERING } from './leftDrafts'
import { mindUnfinished } from './speaking'
import { exchange, noteProven, type Exchange } from './status'
import { relieved, troubled, troubles } from './trouble'

const EVERY_MS = 60_000
const POKE_MS = 150
/** How often a phone with nothing to send asks for each person on it whether they are still wanted here. */
const GREET_MS = 10 * 60_000
const NOTHING: Drained = { meaning: 'ack', wait_ms: 0, code: '' }

let running: Promise<void> | null = null
let again = false
let failures = 0
let timer: ReturnType<typeof setTimeout> | undefined
let poked: ReturnType<typeof setTimeout> | undefined
let stream: EventSource | null = null
const greeted = new Map<string, number>()

/** Pushes what waits and pulls what is new; resolves when both came to an end, however they ended. */
export async function syncNow(): Promise<void> {
  if (running) {
    // What was saved after the round began deserves a round of its own.
    again = true
    return running
  }
  running = locked(round).catch(stopped).finally(() => {
    running = null
    if (again) {
      again = false
      void syncNow()
    }
  })
  return running
}

/** A database that failed for a moment must not end the rounds. */
async function stopped(cause: unknown): Promise<void> {
  console.error('sync stopped', cause)
  failures += 1
  schedule(backOff(failures))
  if (!isFull(cause)) return
  // No round comes so far as to make room.
  noteFull()
  await mindSpace()
  void sendPhotos().catch(photosStay)
}

function photosStay(cause: unknown): void {
  console.warn('photos stay', cause)
}

/** Starts every trigger: now, on return, on network, after saves, on pokes, each minute while visible. */
export async function startLoop(): Promise<void> {
  whenSaved(afterSave)
  if (await canary()) troubled('evicted')
  heedFarewells()
  await importJournals()
  addEventListener('online', () => wake())
  // A browser that would not promise before may, once the app is on the home screen.
  addEventListener('appinstalled', () => void askToPersist())
  addEventListener('offline', () => note({ reachable: false }))
  addEventListener('shopbell-outdated', () => troubled('outdated'))
  addEventListener('shopbell-blocked', () => troubled('blocked'))
  document.addEventListener('visibilitychange', () => (document.visibilityState === 'visible' ? wake() : sleep()))
  phase.subscribe((now) => (now === 'open' || now === 'lapsed' ? wake() : listen(false)))
  phase.subscribe((now) => { if (now === 'open') void mindDrafts().catch((cause: unknown) => console.warn('drafts not read', cause)) })
  wake()
}

/** Everyone who ever signed in here has their reserve moved back into their outbox. */
export async function importJournals(): Promise<void> {
  const people = await phoneDatabase().people.toArray()
  const results = await Promise.all(people.map(({ org_id, staff_id }) => emptyReserve(org_id, staff_id)))
  if (results.every(Boolean)) relieved('journaled')
}

/** What was cut is told, what has had its day goes. */
async function mindDrafts(): Promise<void> {
  await Promise.all([mindUnfinished(), ...[REGISTERING, REGISTERED].map((prefix) => leftDrafts(prefix, Date.now()))])
}

function afterSave(saved: Saved): void {
  rememberSave(saved)
  void countUnsent().catch((cause: unknown) => console.warn('not counted', cause))
  void noteSave()
  void syncNow()
}

function wake(): void {
  failures = 0
  if (get(troubles).has('journaled')) void importJournals()
  void syncNow()
  listen(true)
}

function sleep(): void {
  clearTimeout(timer)
  listen(false)
}

/** One drain on the whole phone, whichever tab it is. */
async function locked(run: () => Promise<void>): Promise<void> {
  if (!globalThis.navigator?.locks) return run()
  await navigator.locks.request('shopbell-drain', run)
}

async function round(): Promise<void> {
  const pushed = await pushEveryone()
  const own = get(person)
  const pulled = own && (!get(needsSignIn) || (await isBack(own))) ? await pullOwn(own) : null
  if (own && pulled) pushed.push(...(await understand(own, pulled)))
  if ([...pushed, ...(pulled ? [pulled] : [])].every((one) => one.meaning !== 'later')) pushed.push(...(await greetEveryone()))
  if (pulled?.code === 'full') noteFull()
  // Bytes take their time; the next round of operations must not wait for them.
  if (pushed.every((one) => one.meaning !== 'later')) void sendPhotos().catch(photosStay)
  await Promise.all([countUnsent(), mindSpace(), own && mindLease(own)])
  conclude(pushed, pulled)
}

/** Unsent work of every person on this phone, whoever is signed in, or nobody. */
async function pushEveryone(): Promise<Drained[]> {
  const results: Drained[] = []
  for (const known of await phoneDatabase().people.toArray()) {
    const sent = await pushFor(known)
    // What only a colleague can put right is said to them when they are here.
    if (isOwn(known) || sent.meaning === 'later') results.push(sent)
  }
  note({ pushing: null })
  return results
}

async function pushFor(known: Known): Promise<Drained> {
  const told = await farewellOf(known.key)
  if (told) return handOver(known, failures)
  const waiting = await waitingOf(known)
  if (!waiting && !(await isStale(known))) return NOTHING
  if (isOwn(known) && waiting) note({ pushing: { done: 0, total: waiting } })
  return heed(known, await sendFor(known, waiting))
}

/** A word for everyone who had nothing to send: a revoked device, or a copied one, must not go unnoticed for long. */
async function greetEveryone(): Promise<Drained[]> {
  const results: Drained[] = []
  for (const known of await knownPeople()) {
    if ((await waitingOf(known)) || !isGreeting(known.key)) continue
    const own = isOwn(known)
    const heard = await heed(known, await sendFor(known, 0))
    // A colleague who was only asked after is no trouble of whoever has the phone.
    if (own) results.push(heard)
  }
  return results
}

async function heed(known: Known, sent: Drained): Promise<Drained> {
  return sent.revoked ? partWith(known, sent.revoked, failures) : sent
}

async function sendFor(known: Known, waiting: number): Promise<Drained> {
  const outbox = outboxOf(known.org_id, known.staff_id)
  const own = isOwn(known)
  const told = async () => {
    const left = await waitingOf(known)
    if (own && waiting) note({ pushing: left ? { done: waiting - left, total: waiting } : null })
  }
  const stale = await isStale(known)
  const sent: Drained = stale ? { meaning: 'auth', wait_ms: 0, code: 'reborn' } : await drain(outbox, known.credential ?? '', failures, told, !waiting)
  if (sent.meaning !== 'auth' || sent.revoked || !own || get(needsSignIn)) return sent
  // The PIN of a shared phone is a device's own: whoever unlocks it again enrols the new one.
  if (known.shared && sent.code === 'reborn') return stale ? NOTHING : unlockAgain()
  // A credential that is no longer good, or an outbox reborn: the session can vouch for a new one.
  const code = await enrolDevice(me(), known.shared)
  const renewed = await phoneDatabase().people.get(known.key)
  return code ? sent : drain(outbox, renewed?.credential ?? '', failures, told)
}

function unlockAgain(): Drained {
  lock()
  return NOTHING
}

async function waitingOf({ org_id, staff_id }: Known): Promise<number> {
  return outboxOf(org_id, staff_id).operations.where('state').anyOf('waiting', 'sending').count()
}

function isOwn(known: Known): boolean {
  return isHere(known.person as unknown as Person)
}

function isGreeting(key: string): boolean {
  if (Date.now() - (greeted.get(key) ?? -Infinity) < GREET_MS) return false
  greeted.set(key, Date.now())
  return true
}

async function pullOwn(who: Person): Promise<Pulled> {
  if (!(await holdsSession())) return { meaning: get(needsSignIn) ? 'auth' : 'later', head: false, wait_ms: 0, code: 'session' }
  const cache = cacheOf(who.org.id, who.staff_id)
  const refused = await refusedIn(outboxOf(who.org.id, who.staff_id))
  const pulled = await pull(outboxOf(who.org.id, who.staff_id), cache, failures, ({ done, total }) => {
    if (total) note({ backfill: done < total ? { done, total } : null })
  })
  // One that was cut stands where it was until it goes on.
  if (pulled.head) note({ backfill: null })
  if (pulled.meaning === 'ack') await Promise.all([renewLease(who), tellLosses(who)])
  if (pulled.head) {
    await noteProven(cache, outboxOf(who.org.id, who.staff_id), who)
    await settleRefused(outboxOf(who.org.id, who.staff_id), cache, refused)
    if (await cache.rows.where('entity').equals('erasure').count()) await (await import('./erased')).carryOut(who.org.id, who.staff_id)
  }
  if (pulled.code === 'differs') await cache.meta.put({ key: 'differs', value: true })
  return pulled
}

/** A pull that was turned away: this device is revoked, or its session ended with it and only a push can say so. */
async function understand(who: Person, pulled: Pulled): Promise<Drained[]> {
  const known = await phoneDatabase().people.get(keyOf(who))
  if (known && pulled.revoked) return [await partWith(known, pulled.revoked, failures)]
  if (!known || pulled.meaning !== 'auth' || !isHere(who)) return []
  needsSignIn.set(true)
  greeted.delete(known.key)
  return []
}

/** Photos leave like operations do: everyone's, whoever is signed in. In turn: one drain at a time is let in. */
async function sendPhotos(): Promise<void> {
  for (const { org_id, staff_id, person: who, credential } of await knownPeople()) {
    const outbox = outboxOf(org_id, staff_id)
    const left = await outbox.photos.where('state').anyOf('waiting', 'sending').count()
    if (!left || !credential) continue
    const { drainPhotos } = await import('../photos/queue')
    await drainPhotos({ outbox, org: (who as unknown as Person).org.code, credential, frugal: true })
  }
}

function conclude(pushed: Drained[], pulled: Pulled | null): void {
  const all = [...pushed, ...(pulled ? [pulled] : [])]
  const late = all.filter(({ meaning, code }) => meaning === 'later' && code !== 'full')
  const waits = late.length > 0 && late.every((one) => one.code === 'newer_schema') ? 'newer_schema' : ''
  const reachable = (late.length === 0 || waits !== '') && globalThis.navigator?.onLine !== false
  note({ reachable, waits, stuck: stuckBy(all) })
  failures = all.every((one) => one.meaning === 'ack') ? 0 : failures + 1
  const asked = Math.max(0, ...all.map((one) => one.wait_ms))
  schedule(failures ? Math.max(asked, backOff(failures)) : EVERY_MS * (0.8 + 0.4 * Math.random()))
}

function stuckBy(all: { meaning: string; code: string }[]): Exchange['stuck'] {
  if (all.some((one) => one.code === 'foreign_device')) return 'foreign'
  const said = (['full', 'differs'] as const).find((code) => all.some((one) => one.code === code))
  if (said) return said
  if (all.some((one) => one.meaning === 'human')) return 'rejected'
  return get(needsSignIn) || all.some((one) => one.meaning === 'auth') ? 'sign_in' : ''
}

function schedule(wait_ms: number): void {
  clearTimeout(timer)
  timer = setTimeout(() => document.visibilityState === 'visible' && void syncNow(), wait_ms)
  if (!stream && get(phase) === 'open') listen(true)
}

function note(change: Partial<Exchange>): void {
  exchange.update((now) => ({ ...now, ...change }))
}

/** The server's pokes say only that something moved. Whatever moved while no stream was open, between two of them or before
    the first, was told to nobody: an opening counts as a poke. */
function listen(wanted: boolean): void {
  const may = wanted && get(phase) === 'open' && !get(needsSignIn) && document.visibilityState === 'visible'
  if (!may) {
    stream?.close()
    stream = null
  } else if (!stream && typeof EventSource !== 'undefined') {
    stream = new EventSource('/sync/events')
    stream.onopen = stream.onmessage = poke
    stream.onerror = () => {
      // The browser reopens streams that ended; one it gave up on is reopened by the timer.
      if (stream?.readyState === EventSource.CLOSED) stream = null
    }
  }
}

function poke(): void {
  clearTimeout(poked)
  poked = setTimeout(() => void syncNow(), POKE_MS)
}
