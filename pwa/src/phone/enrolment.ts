import { call } from './api'
import { outboxOf, phoneDatabase, type Known } from './databases'
import { deviceOf } from './outbox'
import { sealPin } from './pin'
import { keyOf, REVOKED, type Person } from './session'

/** Takes a new credential for this outbox's device, e.g. after it was reborn; '' when it worked. */
export async function enrolDevice(who: Person, shared: boolean, pin = ''): Promise<string> {
  const outbox = outboxOf(who.org.id, who.staff_id)
  const device = await deviceOf(outbox)
  const answer = await call<{ credential: string }>('POST', '/api/devices', { id: device, name: phoneName(), shared, ...(pin ? { pin } : {}) })
  if (!answer.ok || !answer.body) return answer.code || String(answer.status)
  const before = await phoneDatabase().people.get(keyOf(who))
  await phoneDatabase().people.put({
    key: keyOf(who), org_id: who.org.id, staff_id: who.staff_id, person: { ...who }, device, shared,
    credential: answer.body.credential, pin: pin ? await sealPin(pin) : (before?.pin ?? null), contact_at: Date.now(),
  })
  await phoneDatabase().settings.delete(REVOKED + keyOf(who))
  return ''
}

/** Whether the outbox has taken a new identity since this person was enrolled: their credential is another device's. */
export async function isStale(known: Known): Promise<boolean> {
  return known.device !== null && known.device !== (await deviceOf(outboxOf(known.org_id, known.staff_id)))
}

function phoneName(): string {
  const agent = navigator.userAgent
  const kind = /iPhone|iPad|Android|Windows|Macintosh|Linux/.exec(agent)?.[0] ?? ''
  const model = /Android [^;)]*; ([^;)]+)/.exec(agent)?.[1] ?? ''
  return [kind, model].filter(Boolean).join(' ').slice(0, 60) || 'browser'
}
