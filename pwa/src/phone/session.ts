import { get, writable, type Readable } from 'svelte/store'
import type { Role } from '../model'
import { call } from './api'
import { belongTo, ownCache, ownOutbox, phoneDatabase, type Known } from './databases'
import { forgetRows } from './rows'
import { forgetShelves } from './shelf'

export interface Person {
  staff_id: string
  name: string
  role: Role
  store_ids: string[]
  accepts_leads: boolean
  org: { id: string; code: string; name: string; zone: string }
}
/** starting: not known yet; unable: nothing can be kept here; out: sign in; choosing: whose phone is this; locked: a PIN; lapsed: too long without the server; open: at work. */
export type Phase = 'starting' | 'unable' | 'out' | 'choosing' | 'locked' | 'lapsed' | 'open'
export interface ServerSession { staff: { id: string; name: string; role: Role; store_ids: string[]; accepts_leads: boolean }; org: Person['org'] }

const held = writable<Person | null>(null)
const at = writable<Phase>('starting')
/** The server no longer knows us: local work goes on, pulling needs a new sign-in. */
export const needsSignIn = writable(false)
/** Who has a session but has not yet said whose phone this is. */
let candidate: Person | null = null

const LAST = 'last'
const LEFT = 'left'
/** Before the key of a person whose device was revoked. */
export const REVOKED = 'revoked:'
/** The key of who was last here. */
let lastKey = ''
/** Whose session the cookie is known to hold. On a shared phone it may still be a colleague's. */
let vouched: string | null = null
/** How to take this person's session once there is a network; answers with the HTTP status. */
let owed: (() => Promise<number>) | null = null

/** Who is signed in, or null; a Svelte store. */
export const person: Readable<Person | null> = { subscribe: held.subscribe }
export const phase: Readable<Phase> = { subscribe: at.subscribe }

/** Who is signed in. Only for screens behind the sign-in: throws when nobody is. */
export function me(): Person {
  const now = get(held)
  if (!now) throw new Error('nobody is signed in on this phone')
  return now
}

/** The IANA zone in which times are shown: the organisation's. */
export function zone(): string {
  return get(held)?.org.zone ?? 'Asia/Shanghai'
}

/**
 * Begins with what this phone remembers, without waiting for a network; then asks the server who we are. `onStranger`
 * hears that nobody is known here while the answer is on its way.
 */
export async function startSession(onStranger = () => {}): Promise<void> {
  const [people, kept] = await Promise.all([knownPeople(), phoneDatabase().settings.get(LAST)])
  lastKey = (kept?.value as string | undefined) ?? ''
  const last = people.find((known) => known.key === lastKey)
  if (last?.pin || people.some((known) => known.shared && known.pin)) at.set('locked')
  else if (last) goOn(last)
  else await askAsStranger(onStranger)
  if (get(at) === 'open') void askServer()
}

async function askAsStranger(onStranger: () => void): Promise<void> {
  onStranger()
  await askServer()
}

/** As `open`, with who was last here anyway: nothing is written while somebody waits for their first page. */
function goOn(last: Known): void {
  adopt(last.person as unknown as Person)
  // Opened while the frame is drawn; whoever needs one hears what is wrong with it.
  for (const database of [ownCache(), ownOutbox()]) database.open().catch(() => {})
  admit(last)
}

/** Asks the server whose session the cookie holds; another person's session (a signed link) wins over memory. */
export async function askServer(): Promise<void> {
  const answer = await call<ServerSession>('GET', '/api/session')
  const who = answer.ok && answer.body ? personOf(answer.body) : null
  if (who && (await hasLeft(who))) await endSession()
  else if (who) await welcome(who)
  else if (answer.status === 401 && get(held)) needsSignIn.set(true)
  else if (get(at) === 'starting') at.set('out')
}

/** Whether this person has signed in again, in another tab. Nobody else's session takes the page out of their hands. */
export async function isBack(who: Person): Promise<boolean> {
  const { body } = await call<ServerSession>('GET', '/api/session')
  const same = body !== null && keyOf(personOf(body)) === keyOf(who)
  if (same) vouch(who)
  return same
}

/** Signed out where no network could tell the server: the cookie still holds their session, and must open nothing. */
export async function oweEnd(who: Person): Promise<void> {
  await phoneDatabase().settings.put({ key: LEFT, value: keyOf(who) })
}

/** Someone signed in with a password: whatever was owed before, this session is wanted. */
export async function oweNoEnd(): Promise<void> {
  await phoneDatabase().settings.delete(LEFT)
}

async function hasLeft(who: Person): Promise<boolean> {
  return (await phoneDatabase().settings.get(LEFT))?.value === keyOf(who)
}

async function endSession(): Promise<void> {
  const answer = await call('DELETE', '/api/session')
  if (answer.ok || answer.status === 401) await oweNoEnd()
  if (get(at) === 'starting') at.set('out')
}

/**
 * Whether the server would answer this very person, taking their session first if need be. Nothing is pulled without
 * it: a colleague's cookie must never fill this person's database.
 */
export async function holdsSession(): Promise<boolean> {
  const who = get(held)
  if (!who) return false
  if (vouched === keyOf(who)) return true
  if (owed) await takeOwed(who)
  else await askServer()
  return vouched === keyOf(who)
}

async function takeOwed(who: Person): Promise<void> {
  const status = await owed!()
  if (status >= 200 && status < 300) vouch(who)
  else if ((status === 401 || status === 403) && isHere(who)) needsSignIn.set(true)
}

/** An answer may come when a colleague has the phone already. */
export function isHere(who: Person): boolean {
  const now = get(held)
  return now !== null && keyOf(now) === keyOf(who)
}

/** The cookie is this person's. */
export function vouch(who: Person): void {
  if (!isHere(who)) return
  vouched = keyOf(who)
  owed = null
  needsSignIn.set(false)
}

export function oweSession(take: () => Promise<number>): void {
  owed = take
}

/** Back to the list of people; nothing is lost and nobody is asked. */
export function lock(): void {
  leave()
  at.set('locked')
}

/** Who may work here: a person whose device was revoked may not, though what they left unsent still goes. */
export async function knownPeople(): Promise<Known[]> {
  const [people, gone] = await Promise.all([phoneDatabase().people.toArray(), revokedKeys()])
  return people.filter(({ key }) => !gone.has(key))
}

async function revokedKeys(): Promise<Set<string>> {
  const keys = (await phoneDatabase().settings.where('key').startsWith(REVOKED).primaryKeys()) as string[]
  return new Set(keys.map((key) => key.slice(REVOKED.length)))
}

export async function welcome(who: Person): Promise<void> {
  needsSignIn.set(false)
  const known = await phoneDatabase().people.get(keyOf(who))
  // Someone else's cookie opens nothing on a locked phone, nor while a colleague has a shared one in hand.
  if (get(at) === 'locked') return
  if (await isColleague(who)) return needsSignIn.set(true)
  // What a revoked device still holds is handed over first; then its person may enrol the phone anew.
  if (known && (await revokedKeys()).has(known.key)) return at.set('out')
  if (!known?.credential || (known.shared && !known.pin)) {
    candidate = who
    at.set('choosing')
    return
  }
  const fresh = { ...known, person: { ...who }, contact_at: Date.now(), ...leaseOf(known.lease_days) }
  await phoneDatabase().people.put(fresh)
  await open(fresh)
  vouch(who)
}

async function isColleague(who: Person): Promise<boolean> {
  const now = get(held)
  if (!now || keyOf(now) === keyOf(who)) return false
  return (await phoneDatabase().people.get(keyOf(now)))?.shared ?? false
}

export async function open(known: Known): Promise<void> {
  adopt(known.person as unknown as Person)
  await remember(known.key)
  admit(known)
}

function admit(known: Known): void {
  candidate = null
  at.set(isLapsed(known) ? 'lapsed' : 'open')
}

const LEASE_DAYS = 7
const DAY_MS = 86_400_000

/** What begins anew whenever the server answers this person here. */
export function leaseOf(lease_days = LEASE_DAYS): Pick<Known, 'lease_until' | 'high_at' | 'lease_days'> {
  return { lease_days, lease_until: Date.now() + lease_days * DAY_MS, high_at: Date.now() }
}

/** A clock that was set back buys no time. */
export function isLapsed({ lease_until = Infinity, high_at = 0 }: Known): boolean {
  return Math.max(Date.now(), high_at) >= lease_until
}

/** Whom `enrol` is about. */
export function newcomer(): Person {
  return candidate ?? me()
}

/** Moves to another phase; for the doors in identity only. */
export function turnTo(next: Phase): void {
  at.set(next)
}

/** Makes this the person whose databases the screens read. */
export function adopt(who: Person): void {
  const same = get(held)?.staff_id === who.staff_id && get(held)?.org.id === who.org.id
  if (!same) leave()
  belongTo(who.org.id, who.staff_id)
  held.set(who)
}

export function leave(): void {
  at.set('starting')
  vouched = owed = null
  needsSignIn.set(false)
  held.set(null)
  belongTo(null, null)
  forgetRows()
  forgetShelves()
}

export function personOf({ staff, org }: ServerSession): Person {
  const { id, ...rest } = staff
  return { staff_id: id, ...rest, org }
}

export function keyOf(who: Person): string {
  return `${who.org.id}-${who.staff_id}`
}

export function rememberedKey(): string {
  return lastKey
}

/** Not in localStorage: the browser writes that seconds later, and a phone that dies meanwhile would forget who it is. */
export async function remember(key: string): Promise<void> {
  lastKey = key
  await phoneDatabase().settings.put({ key: LAST, value: key })
}
