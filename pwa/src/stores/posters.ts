/** A store's codes: asked of the server, kept as they were for looking without a network; and the addresses of their sheets. */

import { call, type Answer } from '../phone/api'
import { phoneDatabase } from '../phone/databases'
import { keyOf, me } from '../phone/session'

/** `checked_*`: who found it this week, where somebody did. */
export interface Hung { id: string; position: string; link: string; created_at: number; checked_at?: number | null; checked_by?: string | null }
/** Whose end was said, at `ended_at`. `leaving`: good until `ends_at`; `ended`: its readers choose a store; `revoked`: it leads nowhere. */
export interface Old {
  id: string; position: string; link: string; standing: 'leaving' | 'ended' | 'revoked'
  ends_at: number | null; revoked_at: number | null; replaced_by: string | null; ended_by: string | null; ended_at: number
}
/** `badges` are people's own codes, `position` their name; older lists have none. `check`: since when this week's codes are to be looked at, and until when; `due_at` null where the store stays shut. */
export interface Posters { at: number; posters: Hung[]; old: Old[]; badges?: Hung[]; old_badges?: Old[]; check: { since: number; due_at: number | null } }
export interface Week { scans: number; registrations: number; accepted: number }
export interface Brought { this_week: Week; last_week: Week; last_scan_on: string | null }
export type Figures = Record<string, Brought>
export const HOWS = ['replace', 'revoke', 'take_down'] as const
export type How = (typeof HOWS)[number]
export interface Ending { how: How; grace_days?: number; replace?: boolean }
export const FORMATS = ['a4', 'a6', 'table', 'badge'] as const
export type Format = (typeof FORMATS)[number]
export interface Print { format: Format; press: boolean }
export const POSITION_LONGEST = 20

/** As the server has them, or as they were when it was asked last. */
export async function askPosters(store_id: string): Promise<Posters | null> {
  const key = `posters:${keyOf(me())}:${store_id}`
  const { body } = await call<Posters>('GET', doorOf(store_id))
  if (body) await phoneDatabase().settings.put({ key, value: body })
  return body ?? ((await phoneDatabase().settings.get(key))?.value as Posters | undefined) ?? null
}

export function hangPoster(store_id: string, position: string): Promise<Answer<Hung>> {
  return call('POST', doorOf(store_id), { position })
}

export function endPoster(store_id: string, id: string, wish: Ending): Promise<Answer<{ old: Old; new: Hung | null }>> {
  return call('POST', `${doorOf(store_id)}/${encodeURIComponent(id)}/ending`, wish)
}

/** What each brought, by its id; null where there is no network. */
export async function askFigures(store_id: string): Promise<Figures | null> {
  return (await call<{ posters: Figures }>('GET', `${doorOf(store_id)}/figures`)).body?.posters ?? null
}

/** The sheet of one code; with a store instead, all of its codes in one document. */
export function sheetPath(of: { id: string } | { store_id: string }, { format, press }: Print): string {
  const path = 'id' in of ? `/posters/${encodeURIComponent(of.id)}.pdf` : `${doorOf(of.store_id)}.pdf`
  return `${path}?format=${format}${press ? '&for=press' : ''}`
}

export function picturePath(id: string): string {
  return `/posters/${encodeURIComponent(id)}.png`
}

/** The file as a share sheet takes it; null where there is no network. */
export async function fetchSheet(path: string, name: string): Promise<File | null> {
  try {
    const answer = await fetch(path, { credentials: 'same-origin' })
    return answer.ok ? new File([await answer.blob()], name, { type: 'application/pdf' }) : null
  } catch {
    return null
  }
}

/** Whether this browser can pass a document on to other apps. */
export function canShare(): boolean {
  const file = new File([''], 'a.pdf', { type: 'application/pdf' })
  return typeof navigator.canShare === 'function' && navigator.canShare({ files: [file] })
}

function doorOf(store_id: string): string {
  return `/api/stores/${encodeURIComponent(store_id)}/posters`
}
