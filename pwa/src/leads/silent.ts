/** Phones a manager should ask after: long without contact while the store was open, or with work that does not leave. */

import type { Seen, Staff, Store } from '../model'
import { lateness } from '../trust/age'
import { t } from '../words'
import { DAY_MS, HOUR_MS, MINUTE_MS, appointmentText, clockText, daysApart, momentText, spanText, type Tongue } from '../words/format'
import { dayStart } from './desk'
import { spansAt } from './hours'

/** A phone as GET /api/devices tells of it; times are ms UTC, null is unknown. */
export interface Device {
  id: string; name: string; shared: boolean; staff_id: string; staff_name: string; store_ids: string[]; created_at: number
  last_seen_at: number | null; pending: number | null; oldest_pending_at: number | null; photos: number | null; revoked_at: number | null
}
/** What a browser threw away with somebody's unsent work; `records` null: nobody knows how much. `oldest_at`: by that phone's clock. */
export interface Loss { id: string; staff_id: string; staff_name: string; store_ids: string[]; found_at: number; records: number | null; photos: number | null; oldest_at: number | null }
export interface SilentPhone {
  device: Device; store_id: string; last_at: number; pending: number; photos: number
  /** silent, or in contact with old work on it */
  silent: boolean
  /** age of the oldest unsent record where it is late, else null */
  late_ms: number | null
  tone: 'plain' | 'amber' | 'red'
}
/** Whose stores, and who works there. `store_ids` null: every store. */
export interface Around { stores: Seen<Store>[]; staff: Seen<Staff>[]; store_ids: string[] | null }

export const SILENCE_MS = 3 * HOUR_MS
const FORGOTTEN_MS = 30 * DAY_MS

/** As of `at`, when the devices were asked for: the latest work first, then the longest silence. */
export function silentPhones(devices: Device[], around: Around, at: number): SilentPhone[] {
  const known = devices.filter((device) => device.revoked_at === null && at - lastContact(device) < FORGOTTEN_MS && storesOf(device, around).length > 0)
  const heard = new Set(known.filter((device) => !isQuiet(device, around, at)).map(({ staff_id }) => staff_id))
  return known.map((device) => judged(device, around, at, heard)).filter(({ silent, late_ms }) => silent || late_ms !== null)
    .sort((a, b) => weight(b) - weight(a) || a.last_at - b.last_at)
}

function judged(device: Device, around: Around, at: number, heard: ReadonlySet<string>): SilentPhone {
  const pending = device.pending ?? 0
  // Of photos alone the server may have forgotten how many; that the phone named a day for them it has not.
  const oldest = pending + (device.photos ?? 1) > 0 ? device.oldest_pending_at : null
  const tone = lateness(oldest, at)
  return {
    device, pending, photos: device.photos ?? 0, tone, last_at: lastContact(device), store_id: storesOf(device, around)[0]!.id,
    silent: isMissed(device, around, heard) && isQuiet(device, around, at),
    late_ms: oldest === null || tone === 'plain' ? null : at - oldest,
  }
}

/** Whether this phone's silence says something: it may hold work, or nobody heard of its owner in another way. */
function isMissed(device: Device, around: Around, heard: ReadonlySet<string>): boolean {
  if ((device.pending ?? 0) + (device.photos ?? 0) > 0) return true
  // A shared phone speaks for the colleague who has it in hand; one in a drawer has a successor.
  return !device.shared && !heard.has(device.staff_id) && isAtWork(device, around)
}

function isAtWork(device: Device, { staff }: Around): boolean {
  return (staff.find(({ id }) => id === device.staff_id)?.body.state ?? 'active') === 'active'
}

function isQuiet(device: Device, around: Around, at: number): boolean {
  return storesOf(device, around).some(({ body }) => openSince(body, lastContact(device), at) >= SILENCE_MS)
}

/** How long a store has been open today, up to `at`, since the later of `from` and midnight. */
export function openSince(store: Store, from: number, at: number): number {
  const midnight = dayStart(at, store.zone)
  return spansAt(store, at).reduce((sum, [opens, closes]) => {
    const [start, end] = [Math.max(midnight + opens * MINUTE_MS, from), Math.min(midnight + closes * MINUTE_MS, at)]
    return sum + Math.max(0, end - start)
  }, 0)
}

function storesOf(device: Device, { stores, store_ids }: Around): Seen<Store>[] {
  return stores.filter(({ id }) => device.store_ids.includes(id) && (store_ids?.includes(id) ?? true))
}

function lastContact(device: Device): number {
  return device.last_seen_at ?? device.created_at
}

function weight({ tone }: SilentPhone): number {
  return { plain: 0, amber: 1, red: 2 }[tone]
}

/** 3 小时未联网，最后有 4 条未同步，最早的已 2 天 */
export function silentText(phone: SilentPhone, at: number, tongue: Tongue): string {
  const { silent, pending, photos, late_ms } = phone
  return [
    silent ? t('desk.silent_for', { span: spanText(at - phone.last_at, tongue) }) : '',
    pending > 0 ? t(silent ? 'desk.silent_left' : 'desk.silent_waits', { n: pending }) : '',
    photos > 0 ? t('desk.silent_photos', { n: photos }) : '',
    late_ms === null ? '' : t('desk.silent_oldest', { span: spanText(late_ms, tongue) }),
  ].filter(Boolean).join(t('ui.comma'))
}

/** Of the people of these stores (null: of all). */
export function lossesIn(losses: Loss[], store_ids: string[] | null): Loss[] {
  return losses.filter((loss) => store_ids === null || loss.store_ids.some((id) => store_ids.includes(id)))
}

/** 昨天 14:05，浏览器清理了手机，3 条没同步的记录、2 张照片没了，最早的是周二 9:00 存的 */
export function lossText({ found_at, records, photos, oldest_at }: Loss, now: number, zone: string, tongue: Tongue): string {
  const at = t('desk.lost_when', { time: momentText(found_at, now, zone, tongue) })
  if (records === null) return `${at}${t('desk.lost_unknown')}`
  const what = t(photos ? 'desk.lost_photos' : 'desk.lost', { n: records, photos: photos ?? 0 })
  const oldest = oldest_at === null ? '' : t('desk.lost_oldest', { time: momentText(oldest_at, now, zone, tongue) })
  return `${at}${what}${oldest}`
}

/** 截至 14:05; another day is named. */
export function asOfText(at: number, now: number, zone: string, tongue: Tongue): string {
  const time = daysApart(at, now, zone) === 0 ? clockText(at, zone) : appointmentText(at, now, zone, tongue)
  return t('desk.silent_as_of', { time })
}
