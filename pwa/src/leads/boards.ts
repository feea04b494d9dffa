/** Stores beside each other and one store's board, as the server last told of them; remembered for when there is no network. */

import { liveQuery, type Observable } from 'dexie'
import type { Lead, Seen } from '../model'
import { call } from '../phone/api'
import { ownCache } from '../phone/databases'
import { currentTongue, t } from '../words'
import { spanText } from '../words/format'
import type { SilentPhone } from './silent'
import type { PersonWeek } from './week'

export interface StoreLine { store_id: string; name: string; assigned: number; accepted: number; late: number; waiting: number; oldest_at: number | null; walk_ins?: number; codes_unchecked?: number; codes_foreign?: number }
/** `at`: the server's time of the answer, ms UTC. Answers remembered from older versions lack what is optional. */
export interface Compared { at: number; stores: StoreLine[] }
export interface Board { at: number; leads: Pick<Seen<Lead>, 'id' | 'root' | 'body'>[]; walk_ins?: number }
/** This week's contacts by person, counted by the server. */
export interface Week { at: number; people: PersonWeek[] }

const COMPARED = 'boards'
const boardKey = (store_id: string) => `board:${store_id}`

export const knownCompared = () => known<Compared>(COMPARED)
export const knownBoard = (store_id: string) => known<Board>(boardKey(store_id))
/** Asks again; whether there was an answer. */
export const askCompared = () => ask<Compared>('/api/boards', COMPARED)
export const askBoard = (store_id: string) => ask<Board>(`/api/boards/${encodeURIComponent(store_id)}`, boardKey(store_id))
export const knownWeek = (store_id: string) => known<Week>(`week:${store_id}`)
export const askWeek = (store_id: string) => ask<Week>(`/api/boards/${encodeURIComponent(store_id)}/contacts`, `week:${store_id}`)

function known<V>(key: string): Observable<V | undefined> {
  const cache = ownCache()
  return liveQuery(async () => (await cache.meta.get(key))?.value as V | undefined)
}

async function ask<V>(path: string, key: string): Promise<boolean> {
  const cache = ownCache()
  const { body } = await call<V>('GET', path)
  if (body) await cache.meta.put({ key, value: body })
  return body !== null
}

/** 2 位在等，最久 12 分钟; empty while nobody waits. */
export function waitText({ waiting, oldest_at }: StoreLine, now: number): string {
  return oldest_at === null ? '' : t('desk.store_waits', { n: waiting, span: spanText(Math.max(0, now - oldest_at), currentTongue()) })
}

export function silentIn(phones: SilentPhone[], store_id: string): number {
  return phones.filter((phone) => phone.store_id === store_id).length
}

/** A board's leads as the desk's own functions take them. */
export function seenLeads({ leads }: Board): Seen<Lead>[] {
  return leads.map(({ id, root, body }) => ({
    id, root, body, entity: 'lead', version: 0, by: null, at: body.received_at, received_at: body.received_at, captured_at: body.captured_at, pending: false, saved_at: null,
  }))
}
