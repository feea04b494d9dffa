import { currentTongue, t } from '../words'
import { atWall, DAY_MS, HOUR_MS, spanText, wallOf } from '../words/format'

/** When a contact was that is told now: at once, or earlier. */
export type When = 'now' | 'earlier' | 'yesterday'
export const WHENS: When[] = ['now', 'earlier', 'yesterday']
export const OLDEST_MS = 30 * DAY_MS
/** From here on a follow-up is called told later. */
export const LATE_MS = 2 * HOUR_MS

/** Where the field starts: two hours ago but still today; yesterday at this time. */
export function startOf(when: When, now: number, zone: string): number | null {
  if (when === 'now') return null
  if (when === 'yesterday') return now - DAY_MS
  const midnight = atWall({ ...wallOf(now, zone), hour: 0, minute: 0 }, zone)
  return Math.max(midnight, now - 2 * HOUR_MS)
}

/** Which chip a draft shows that was left. */
export function whenOf(at: number | null | undefined, now: number, zone: string): When {
  if (!at) return 'now'
  return at >= atWall({ ...wallOf(now, zone), hour: 0, minute: 0 }, zone) ? 'earlier' : 'yesterday'
}

/** Nothing is told of the future, and nothing older than the server takes. */
export function isPast(at: number | null, now: number): boolean {
  return at !== null && at <= now && now - at <= OLDEST_MS
}

/** When the contact was, as the server counts it. */
export function wasAt({ at, body }: { at: number; body: { lag_s?: number } }): number {
  return at - (body.lag_s ?? 0) * 1000
}

/** Seconds between the contact and its telling. */
export function lagOf(at: number | null | undefined, now: number): number {
  return at ? Math.min(Math.max(0, Math.round((now - at) / 1000)), OLDEST_MS / 1000) : 0
}

/** 补记 · 晚了 3 小时, from two hours on; empty for what was told in time. */
export function lagText({ lag_s = 0 }: { lag_s?: number | undefined }): string {
  return lag_s * 1000 > LATE_MS ? t('contacts.late', { span: spanText(lag_s * 1000, currentTongue()) }) : ''
}
