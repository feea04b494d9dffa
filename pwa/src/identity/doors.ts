import { go } from '../frame/router'
import { call } from '../phone/api'
import { eraseCache, eraseOutbox, phoneDatabase, type Known } from '../phone/databases'
import { enrolDevice, isStale } from '../phone/enrolment'
import { farewellOf } from '../phone/farewells'
import { tearJournal } from '../phone/journal'
import { opensWith, sealPin } from '../phone/pin'
import { keyOf, knownPeople, leave, me, newcomer, open, oweEnd, oweNoEnd, oweSession, personOf, remember, rememberedKey, turnTo, vouch, welcome, type Person, type ServerSession } from '../phone/session'
import { countFailure, forgive, waitLeft } from './pause'

/* The doors: signing in, enrolling, unlocking, locking, signing out. The loop hears by itself that one has opened. */

/** Signs in with a name and a password; returns the server's error code, or '' when it worked. */
export async function signIn(org: string, login: string, password: string): Promise<string> {
  const answer = await call<ServerSession>('POST', '/api/session', { ...(org ? { org } : {}), login, password })
  if (!answer.ok) return answer.code || String(answer.status)
  const session = await call<ServerSession>('GET', '/api/session')
  if (!session.ok || !session.body) return session.code || String(session.status)
  await oweNoEnd()
  const who = personOf(session.body)
  if (await isParting(who)) return 'revoked'
  await forgive(keyOf(who))
  await welcome(who)
  return ''
}

/** Whether this phone still holds what their revoked device has to hand over; tries to, first. */
async function isParting(who: Person): Promise<boolean> {
  const parting = async () => (await farewellOf(keyOf(who)))?.wiped === false
  if (await parting()) await (await import('../phone/loop')).syncNow()
  return parting()
}

/** Enrols this phone for the person who just signed in. A shared phone needs a PIN. */
export async function enrol(shared: boolean, pin = ''): Promise<string> {
  const who = newcomer()
  const code = await enrolDevice(who, shared, pin)
  if (code) return code
  const known = await phoneDatabase().people.get(keyOf(who))
  await open(known!)
  vouch(who)
  return ''
}

/** Opens a phone with a PIN for one person. Works without a network; with one, it also takes a session. */
export async function unlock(key: string, pin: string): Promise<'' | 'wrong_pin' | 'wait'> {
  const known = await phoneDatabase().people.get(key)
  if (!known?.pin) return 'wrong_pin'
  if ((await waitLeft(key)) > 0) return 'wait'
  if (!(await opensWith(known.pin, pin))) {
    await countFailure(key)
    return 'wrong_pin'
  }
  await forgive(key)
  // Another person's page is not this person's.
  if (rememberedKey() !== key) go('/', { replace: true })
  await open(known)
  // One's own phone has its session still; a shared one may hold a colleague's.
  if (known.shared) oweSession(() => takeSession(known, pin))
  return ''
}

/** An outbox that took a new identity needs a device of its own there, with the PIN that only its person knows. */
async function takeSession(known: Known, pin: string): Promise<number> {
  const { status } = await call('POST', '/api/session/unlock', { credential: known.credential, pin })
  if (status < 200 || status >= 300 || !(await isStale(known))) return status
  return (await enrolDevice(known.person as unknown as Person, known.shared, pin)) ? 0 : status
}

/** Signs out of the server and forgets who was here. The outbox stays unless `discard`. */
export async function signOut(discard: boolean): Promise<void> {
  const who = me()
  await silence()
  const answer = await call('DELETE', '/api/session')
  if (!answer.ok && answer.status !== 401) await oweEnd(who)
  const known = await phoneDatabase().people.get(keyOf(who))
  leave()
  await eraseCache(who.org.id, who.staff_id)
  if (discard) {
    await eraseOutbox(who.org.id, who.staff_id)
    tearJournal(who.org.id, who.staff_id)
  }
  // Someone with unsent work stays on the list: the credential is what carries it to the server.
  if (known && !discard) await phoneDatabase().people.update(known.key, { pin: null })
  if (discard) await phoneDatabase().people.delete(keyOf(who))
  await remember('')
  turnTo((await knownPeople()).some((other) => other.shared && other.pin) ? 'locked' : 'out')
}

/** Another PIN for this phone, or none. The server knows that of a shared one, and is asked; '' when it worked. */
export async function setPin(pin: string): Promise<string> {
  const known = await phoneDatabase().people.get(keyOf(me()))
  if (known?.shared) return enrolDevice(me(), true, pin)
  await phoneDatabase().people.update(keyOf(me()), { pin: pin ? await sealPin(pin) : null })
  return ''
}

/** Whoever signed out is not rung on this phone any more. */
async function silence(): Promise<void> {
  const ended = import('../notify/webPush').then(({ turnOff }) => turnOff())
  await Promise.race([ended.catch(() => {}), new Promise((resolve) => setTimeout(resolve, SILENCE_MS))])
}

/** Goes to the sign-in page: another person is added to a shared phone, or somebody has forgotten the PIN of their own. */
export function addPerson(): void {
  leave()
  turnTo('out')
}

const SILENCE_MS = 3000
