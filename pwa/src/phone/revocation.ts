import { get } from 'svelte/store'
import type { WhyRevoked } from '../sync/wire'
import { call } from './api'
import { eraseCache, eraseOutbox, outboxOf, phoneDatabase, type Known, type OutboxDatabase } from './databases'
import { farewellOf, farewells, putFarewell } from './farewells'
import { emptyReserve, journalOf, tearJournal } from './journal'
import { drain, type Drained } from './push'
import { keyOf, knownPeople, leave, oweEnd, person, remember, rememberedKey, turnTo, type Person } from './session'
import { SET_ASIDE, setAsideIn, unsentIn } from './unsent'

/* What becomes of a person's records on a phone whose device was revoked. The rows go at once. What is unsent goes to
   the server once more, which keeps it for the manager; then everything of this person is wiped. */

/** This person's device was revoked: from here on nothing of theirs is shown, and what is unsent is handed over. */
export async function partWith(known: Known, why: WhyRevoked, failures = 0): Promise<Drained> {
  const before = await farewellOf(known.key)
  const who = known.person as unknown as Person
  await putFarewell({ ...(before ?? { key: known.key, name: who.name, shared: known.shared, at: Date.now(), handed: 0, unsent: 0, photos: 0, wiped: false }), why })
  await turnAway(known)
  await eraseCache(known.org_id, known.staff_id)
  return handOver(known, failures)
}

/** Sends what a revoked device still holds, then wipes; wipes at once where that is why it was revoked. */
export async function handOver(known: Known, failures = 0): Promise<Drained> {
  const outbox = outboxOf(known.org_id, known.staff_id)
  const told = await farewellOf(known.key)
  const sent: Drained = told?.why === 'compromised' ? { meaning: 'revoked', wait_ms: 0, code: '', revoked: 'compromised' } : await sendRest(known, outbox, failures)
  if (told && sent.revoked) await putFarewell({ ...told, why: sent.revoked })
  await count(known, outbox)
  if (sent.revoked !== 'compromised' && sent.meaning !== 'ack') return sent
  await wipe(known)
  return { meaning: 'ack', wait_ms: 0, code: '' }
}

/** The person says that what could not be handed over may go. */
export async function wipe(known: Known): Promise<void> {
  await count(known, outboxOf(known.org_id, known.staff_id))
  await eraseOutbox(known.org_id, known.staff_id)
  await eraseCache(known.org_id, known.staff_id)
  tearJournal(known.org_id, known.staff_id)
  await phoneDatabase().people.delete(known.key)
  await phoneDatabase().settings.delete(`failures:${known.key}`)
  const told = await farewellOf(known.key)
  if (told) await putFarewell({ ...told, wiped: true })
}

async function sendRest(known: Known, outbox: OutboxDatabase, failures: number): Promise<Drained> {
  const whole = await emptyReserve(known.org_id, known.staff_id)
  const sent = await drain(outbox, known.credential ?? '', failures)
  // What cannot be handed over is its person's: only they can say that it may go.
  if (sent.meaning === 'ack' && (!whole || (await setAsideIn(outbox)).length)) return { ...sent, meaning: 'human', code: SET_ASIDE }
  if (sent.meaning !== 'ack' || !(await openPhotos(outbox)) || !known.credential) return sent
  const { drainPhotos } = await import('../photos/queue')
  const photos = await drainPhotos({ outbox, org: (known.person as unknown as Person).org.code, credential: known.credential })
  // A server that takes no photo from a revoked device has said its last word about them. One that has no room now is no
  // lost network to whoever has the phone.
  return photos === 'done' || photos === 'signed_out' ? sent : { ...sent, meaning: 'human', code: 'photos' }
}

async function count(known: Known, outbox: OutboxDatabase): Promise<void> {
  const told = await farewellOf(known.key)
  if (!told) return
  const unsent = (await unsentIn(outbox)).length
  const handed = await outbox.operations.where('state').equals('refused').filter((op) => op.receipt?.code === 'revoked').count()
  const reserve = journalOf(known.org_id, known.staff_id).reduce((sum, { unit }) => sum + unit.length, 0)
  // Where a wipe was cut there is nothing at all: what was counted before it stands.
  if ((await outbox.operations.count()) + (await outbox.photos.count()) + reserve === 0) return
  await putFarewell({ ...told, handed, unsent: unsent + reserve, photos: await openPhotos(outbox) })
}

async function openPhotos(outbox: OutboxDatabase): Promise<number> {
  return outbox.photos.where('state').anyOf('waiting', 'sending').count()
}

/** What one tab learns, the others obey: none goes on showing what is no longer this person's. */
export function heedFarewells(): void {
  farewells.subscribe((told) => {
    const own = get(person)
    if (own && told.some(({ key }) => key === keyOf(own))) void stepAside(keyOf(own))
  })
}

async function stepAside(key: string): Promise<void> {
  const own = get(person)
  if (!own || keyOf(own) !== key || !(await farewellOf(key))) return
  leave()
  turnTo((await knownPeople()).some((other) => other.shared && other.pin) ? 'locked' : 'out')
}

/** Away from their screens, and from a session that may still live. */
async function turnAway(known: Known): Promise<void> {
  const own = get(person)
  if (rememberedKey() === known.key) await remember('')
  if (!own || keyOf(own) !== known.key) return
  await stepAside(known.key)
  const ended = await call('DELETE', '/api/session')
  if (!ended.ok && ended.status !== 401) await oweEnd(own)
}
