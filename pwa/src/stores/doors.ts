import { call, type Answer } from '../phone/api'
import { currentTongue } from '../words'
import type { StoreHours, Wish } from './form'
import type { Heads } from './heads'

export function askHours(id: string): Promise<Answer<StoreHours>> {
  return call('GET', pathOf(id))
}

/** `version` is what was looked at: a change made meanwhile is not undone. */
export function sendHours(id: string, version: number, wish: Wish | Partial<Heads> | Pick<StoreHours, 'address'>): Promise<Answer<StoreHours>> {
  return call('PATCH', pathOf(id), { version, ...wish })
}

function pathOf(id: string): string {
  return `/api/stores/${encodeURIComponent(id)}?lang=${currentTongue()}`
}
