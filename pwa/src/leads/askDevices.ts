/** The phones of those one leads, as the server last told of them; remembered for when there is no network. */

import { liveQuery, type Observable } from 'dexie'
import { call } from '../phone/api'
import { now } from '../phone/clock'
import { ownCache } from '../phone/databases'
import type { Device, Loss } from './silent'

/** `losses` is absent in what older versions kept. */
export interface Known { at: number; devices: Device[]; losses?: Loss[] }
const KEY = 'devices'

/** What was last told and when (ms UTC, the server's time); live. undefined: never. */
export function knownDevices(): Observable<Known | undefined> {
  const cache = ownCache()
  return liveQuery(async () => (await cache.meta.get(KEY))?.value as Known | undefined)
}

/** Asks again; whether there was an answer. */
export async function askDevices(): Promise<boolean> {
  const cache = ownCache()
  const answer = await call<{ devices: Device[]; losses?: Loss[] }>('GET', '/api/devices')
  if (!answer.ok || !answer.body) return false
  await cache.meta.put({ key: KEY, value: { at: now(), devices: answer.body.devices, losses: answer.body.losses ?? [] } satisfies Known })
  return true
}
