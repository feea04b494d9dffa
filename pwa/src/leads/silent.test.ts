import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EntityName, Seen, Staff, Store } from '../model'
import { learnRest, setTongue } from '../words'
import { asOfText, openSince, silentPhones, silentText, type Around, type Device } from './silent'

const ZONE = 'Asia/Shanghai'
beforeAll(learnRest)
const HOUR = 3_600_000
const DAY = 24 * HOUR
/** A Monday in Hangzhou, 14:05; the store opened at 10:00 and closes at 22:00. */
const NOW = Date.UTC(2026, 10, 23, 6, 5)
const OPENED = Date.UTC(2026, 10, 23, 2, 0)

function row<B>(entity: EntityName, id: string, body: Partial<B>): Seen<B> {
  return { id, entity, root: id, version: 1, by: null, at: 0, received_at: 0, captured_at: 0, pending: false, saved_at: null, body: body as B }
}
const store = (id: string) => row<Store>('store', id, { zone: ZONE, hours: Array.from({ length: 7 }, () => [[600, 1320]]), closures: [], openings: {} })
const person = (id: string, state: Staff['state'] = 'active') => row<Staff>('staff', id, { name: id, state, store_ids: ['renmin'] })
const around: Around = { stores: [store('renmin'), store('binjiang')], staff: [person('bo'), person('chen'), person('xia', 'leave')], store_ids: ['renmin'] }

function phone(over: Partial<Device> = {}): Device {
  return { id: 'p', name: 'Android', shared: false, staff_id: 'bo', staff_name: '薄文', store_ids: ['renmin'], created_at: NOW - 9 * DAY, last_seen_at: NOW, pending: 0, oldest_pending_at: null, photos: 0, revoked_at: null, ...over }
}
const found = (devices: Device[], at = NOW) => silentPhones(devices, around, at)
const ids = (devices: Device[], at = NOW) => found(devices, at).map(({ device }) => device.id)

describe('a phone is silent', () => {
  test('after three hours in which its store was open', () => {
    expect(ids([phone({ last_seen_at: NOW - 3 * HOUR + 1 })])).toEqual([])
    expect(ids([phone({ last_seen_at: NOW - 3 * HOUR })])).toEqual(['p'])
  })
  test('not because of the night: the morning counts from the door', () => {
    const evening = phone({ last_seen_at: OPENED - 13 * HOUR })
    expect(ids([evening], OPENED + 3 * HOUR - 1)).toEqual([])
    expect(ids([evening], OPENED + 3 * HOUR)).toEqual(['p'])
  })
  test('never on a day the store is closed, however long', () => {
    const closed = { ...around, stores: [row<Store>('store', 'renmin', { ...store('renmin').body, closures: ['2026-11-23'] })] }
    expect(silentPhones([phone({ last_seen_at: NOW - 2 * DAY })], closed, NOW)).toEqual([])
    expect(openSince(closed.stores[0]!.body, 0, NOW)).toBe(0)
  })
  test('since it was enrolled, when it never came back', () => {
    expect(ids([phone({ last_seen_at: null, created_at: NOW - 4 * HOUR })])).toEqual(['p'])
  })
  test('unless its owner is on leave, speaks from another phone, or shares it, and nothing waits on it', () => {
    const last_seen_at = NOW - 5 * HOUR
    const excused = [phone({ staff_id: 'xia', last_seen_at }), phone({ staff_id: 'chen', shared: true, last_seen_at }), phone({ last_seen_at, id: 'drawer' }), phone({ id: 'hand' })]
    expect(ids(excused)).toEqual([])
    expect(ids(excused.map((one) => ({ ...one, pending: one.id === 'hand' ? 0 : 1 })))).toEqual(['p', 'p', 'drawer'])
  })
  test('but not when it was revoked, not used for 30 days, or belongs to another store', () => {
    const last_seen_at = NOW - 5 * HOUR
    const late = { pending: 3, oldest_pending_at: NOW - 40 * DAY }
    expect(ids([phone({ last_seen_at, ...late, revoked_at: NOW }), phone({ ...late, last_seen_at: NOW - 30 * DAY }), phone({ last_seen_at, ...late, store_ids: ['binjiang'] })])).toEqual([])
    expect(ids([phone({ ...late, last_seen_at: NOW - 30 * DAY + 1 })])).toEqual(['p'])
  })
  test('in any store for whoever leads them all', () => {
    const far = phone({ last_seen_at: NOW - 5 * HOUR, store_ids: ['binjiang'] })
    expect(silentPhones([far], { ...around, store_ids: null }, NOW).map(({ store_id }) => store_id)).toEqual(['binjiang'])
  })
})

describe('work that does not leave a phone', () => {
  const holding = (age: number, over: Partial<Device> = {}) => phone({ pending: 4, oldest_pending_at: NOW - age, ...over })

  test('is amber at 24 hours and red at 72, though the phone is in contact', () => {
    expect([24 * HOUR - 1, 24 * HOUR, 72 * HOUR - 1, 72 * HOUR].map((age) => found([holding(age)])[0]?.tone)).toEqual([undefined, 'amber', 'amber', 'red'])
  })
  test('is not there when the phone says that nothing waits', () => {
    expect(ids([holding(80 * HOUR, { pending: 0 })])).toEqual([])
    expect(ids([holding(80 * HOUR, { pending: 0, photos: 1 }), holding(80 * HOUR, { id: 'q', pending: 0, photos: null })])).toEqual(['p', 'q'])
  })
  test('comes before mere silence, the worst first', () => {
    const quiet = phone({ id: 'quiet', staff_id: 'chen', last_seen_at: NOW - 4 * HOUR })
    expect(ids([quiet, holding(30 * HOUR, { id: 'amber' }), holding(80 * HOUR, { id: 'red' })])).toEqual(['red', 'amber', 'quiet'])
  })
})

describe('it reads', () => {
  const quiet = phone({ last_seen_at: NOW - 3 * HOUR, pending: 4, oldest_pending_at: NOW - 4 * HOUR })
  const lines = (tongue: 'zh' | 'en') => [quiet, { ...quiet, pending: 0, oldest_pending_at: null, photos: 2 }, { ...quiet, last_seen_at: NOW, oldest_pending_at: NOW - 50 * HOUR }]
    .map((device) => silentText(found([device])[0]!, NOW, tongue))
  beforeEach(() => setTongue('zh'))

  test('in Chinese', () => {
    expect(lines('zh')).toEqual(['3 小时未联网，最后有 4 条未同步', '3 小时未联网，照片和录音 2 份没传完', '有 4 条未同步，最早的已 2 天 2 小时'])
    expect([asOfText(NOW, NOW + HOUR, ZONE, 'zh'), asOfText(NOW, NOW + DAY, ZONE, 'zh')]).toEqual(['截至 14:05', '截至 昨天 14:05'])
  })
  test('in English', async () => {
    await setTongue('en')
    expect(lines('en')).toEqual(['offline for 3 h, 4 unsynced when last seen', 'offline for 3 h, 2 photos or recordings not uploaded', '4 unsynced, the oldest for 2 days 2 h'])
    expect(asOfText(NOW, NOW + HOUR, ZONE, 'en')).toBe('as of 14:05')
  })
})
