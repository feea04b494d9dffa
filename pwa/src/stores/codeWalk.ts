/** Walking past a store's codes: what a scanned text is, by the lists on this phone, and which codes are still to be looked at. Pure. */

import type { CodeCheck, Seen } from '../model'
import { hostOf } from '../scan/read'
import type { Hung, Old, Posters } from './posters'

const WEEK_MS = 7 * 86_400_000
const FOUND_MS = 7 * 86_400_000

export type Judged =
  | { kind: 'ours' | 'typed'; poster: Hung }
  | { kind: 'old'; poster: Old }
  | { kind: 'elsewhere'; store_id: string }
  | { kind: 'unlisted' }
  | { kind: 'foreign'; host: string }

/** What a walk looks for: the store's codes, then its people's. */
export function hungIn({ posters, badges }: Posters): Hung[] {
  return [...posters, ...(badges ?? [])]
}
const oldIn = ({ old, old_badges }: Posters): Old[] => [...old, ...(old_badges ?? [])]

/** By the whole address, signature included: our token under another host is a fake. Typed, by the code below the picture. */
export function judge(text: string, store_id: string, lists: ReadonlyMap<string, Posters>): Judged {
  const clean = text.trim()
  const own = lists.get(store_id)
  const ours = own && hungIn(own).find((one) => isOf(clean, one))
  // What is printed below the picture says nothing of the picture: another may be pasted over it.
  if (ours) return { kind: clean === ours.link ? 'ours' : 'typed', poster: ours }
  const old = own && oldIn(own).find((one) => isOf(clean, one))
  if (old) return { kind: 'old', poster: old }
  const other = [...lists].find(([, list]) => [...hungIn(list), ...oldIn(list)].some((one) => isOf(clean, one)))
  if (other) return { kind: 'elsewhere', store_id: other[0] }
  return isLikeOurs(clean, [...lists.values()].flatMap(hungIn)) ? { kind: 'unlisted' } : { kind: 'foreign', host: hostOf(clean) }
}

function isOf(text: string, { id, link }: Pick<Hung, 'id' | 'link'>): boolean {
  return text === link || text.toLowerCase() === id || text.toLowerCase() === `${new URL(link).origin}/p/${id}`.toLowerCase()
}

/** Under an address of ours, or a typed code that begins as ours do: only the server knows. */
function isLikeOurs(text: string, known: Hung[]): boolean {
  if (URL.canParse(text) && /^https?:/i.test(text)) {
    const { origin, pathname } = new URL(text)
    return /^\/[rp]\/./.test(pathname) && known.some(({ link }) => new URL(link).origin === origin)
  }
  return known.some(({ id }) => text.toLowerCase().startsWith(id.slice(0, id.lastIndexOf('-') + 1)))
}

export interface Found { at: number; by: string | null }
export interface Walk { done: Map<string, Found>; left: Hung[]; total: number; isLate: boolean }

/** This week's walk. A list that was kept for weeks counts for the present one; what was hung within the week comes next week. */
export function walkOf(list: Posters, rows: Seen<CodeCheck>[], now: number): Walk {
  const { check } = list
  const hung = hungIn(list)
  const weeks = Math.max(0, Math.floor((now - check.since) / WEEK_MS)) * WEEK_MS
  const since = check.since + weeks
  const done = new Map<string, Found>()
  for (const { id, checked_at, checked_by } of hung) if ((checked_at ?? 0) >= since) done.set(id, { at: checked_at!, by: checked_by ?? null })
  for (const { at, by, body } of rows) {
    const isFound = body.poster_id && at >= since && (body.verdict ?? 'ours') === 'ours'
    if (isFound && at >= (done.get(body.poster_id!)?.at ?? 0)) done.set(body.poster_id!, { at, by })
  }
  const due = hung.filter(({ created_at }) => created_at < since)
  const left = check.due_at === null ? [] : due.filter(({ id }) => !done.has(id))
  return { done, left, total: due.length, isLate: left.length > 0 && check.due_at !== null && now >= check.due_at + weeks }
}

/** The fakes of the last days, the latest first. One of this phone's own that was not sent yet was taken for a fake when it names no code. */
export function fakesOf(rows: Seen<CodeCheck>[], store_id: string, now: number): Seen<CodeCheck>[] {
  const isFake = ({ verdict, poster_id, position, text }: CodeCheck) => verdict === 'foreign' || (!verdict && !poster_id && Boolean(position) && text !== '')
  return rows.filter(({ at, body }) => body.store_id === store_id && now - at < FOUND_MS && isFake(body)).sort((a, b) => b.at - a.at)
}
