/** Web Push on this phone: whether it can, whether it does, and turning it on and off. */

import { call } from '../phone/api'
import { phoneDatabase } from '../phone/databases'
import { keyOf, me } from '../phone/session'

interface Pushing { key: string | null; phones?: string[] }

/** unable: not this browser; shared: one subscription is one phone, which must not ring for somebody who is not there; needs_install: iOS, before it is on the home screen; off_here: the server does not push. */
export type PushState = 'unable' | 'needs_install' | 'off_here' | 'denied' | 'off' | 'on' | 'offline' | 'shared'

export async function pushState(): Promise<PushState> {
  if ((await phoneDatabase().people.get(keyOf(me())))?.shared) return 'shared'
  if (!('serviceWorker' in navigator)) return 'unable'
  if (!('PushManager' in window)) return /iPhone|iPad/.test(navigator.userAgent) ? 'needs_install' : 'unable'
  const answer = await call<Pushing>('GET', '/api/push')
  if (!answer.body) return 'offline'
  if (!answer.body.key) return 'off_here'
  if (Notification.permission === 'denied') return 'denied'
  // The server may have lost this phone, or the key under which it kept it.
  if (answer.body.phones && !answer.body.phones.includes(localStorage.getItem(ID) ?? '')) return 'off'
  return (await subscribed()) && Notification.permission === 'granted' ? 'on' : 'off'
}

/** Only after a tap: browsers ask the person now. */
export async function turnOn(): Promise<PushState> {
  if ((await Notification.requestPermission()) !== 'granted') return 'denied'
  const key = (await call<{ key: string | null }>('GET', '/api/push')).body?.key
  if (!key) return 'offline'
  const { pushManager } = await navigator.serviceWorker.ready
  // One made with another key, or for another person, would be refused or ring for them.
  await (await pushManager.getSubscription())?.unsubscribe()
  const made = await inTime(pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }))
  const { endpoint, keys } = made.toJSON()
  const answer = await call<{ id: string }>('POST', '/api/push', { endpoint, keys })
  if (!answer.body) {
    await made.unsubscribe()
    return answer.status === 0 ? 'offline' : 'off'
  }
  localStorage.setItem(ID, answer.body.id)
  return 'on'
}

/** Also when somebody signs out. Without a network the push service tells our server with its next message. */
export async function turnOff(): Promise<PushState> {
  const id = localStorage.getItem(ID)
  await (await subscribed())?.unsubscribe()
  if (id) await call('DELETE', `/api/push/${encodeURIComponent(id)}`)
  localStorage.removeItem(ID)
  return 'off'
}

const ID = 'shopbell-push'
const PATIENCE_MS = 20_000

/** Where the push service cannot be reached the browser waits for it without end. */
function inTime<T>(made: Promise<T>): Promise<T> {
  const over = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('no push service')), PATIENCE_MS))
  return Promise.race([made, over])
}

async function subscribed(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration()
  return (await registration?.pushManager?.getSubscription()) ?? null
}
