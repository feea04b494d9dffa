import { beforeAll, expect, test } from 'vitest'
import { learnRest } from '../words'
import { lastDay, lingers, sentencesOf, sortOld } from './oldPosters'
import type { Brought, Old } from './posters'

const SHANGHAI = 'Asia/Shanghai'
/** Tuesday 8 December 2026, 00:00 in the store: Monday the 7th was the last day. */
const MIDNIGHT = Date.UTC(2026, 11, 7, 16)
const DAY_MS = 86_400_000
const old = (over: Partial<Old> = {}): Old => ({ id: 'a', position: '门口', link: '', standing: 'ended', ends_at: MIDNIGHT, revoked_at: null, replaced_by: 'b', ended_by: 'lin', ended_at: MIDNIGHT - 14 * DAY_MS, ...over })
const brought = (last_scan_on: string | null): Record<string, Brought> => {
  const week = { scans: 0, registrations: 0, accepted: 0 }
  return { a: { this_week: week, last_week: week, last_scan_on } }
}

beforeAll(learnRest)

test('a sheet hangs yet when its code is scanned on a day after its last', () => {
  expect(lastDay(old(), SHANGHAI)).toBe('2026-12-07')
  const scanned = (day: string | null, of = old()) => lingers(of, brought(day), SHANGHAI)
  expect([scanned('2026-12-07'), scanned('2026-12-08'), scanned(null), lingers(old(), {}, SHANGHAI)]).toEqual([false, true, false, false])
  // Revoked at noon: nobody knows on which side of noon the day's scans were.
  const revoked = old({ standing: 'revoked', revoked_at: MIDNIGHT + DAY_MS / 2 })
  expect([scanned('2026-12-08', revoked), scanned('2026-12-09', revoked)]).toEqual([false, true])
  expect(scanned('2026-12-08', old({ standing: 'leaving' }))).toBe(false)
})

test('what must be walked to stands apart from what was changed', () => {
  const list = [old({ id: 'a' }), old({ id: 'b', standing: 'leaving' }), old({ id: 'c' }), old({ id: 'd', standing: 'revoked', revoked_at: MIDNIGHT })]
  const at = (now: number) => sortOld(list, brought('2026-12-09'), SHANGHAI, now)
  const ids = ({ change, rest }: ReturnType<typeof at>) => [change, rest].map((some) => some.map(({ id }) => id).join(''))
  expect([ids(at(MIDNIGHT + DAY_MS)), ids(at(MIDNIGHT + 8 * DAY_MS))]).toEqual([['abd', 'c'], ['ab', 'cd']])
})

test('the sentences say until when, and whether it is scanned still', () => {
  const said = (of: Partial<Old>, scanned: string | null, days = 1) => sentencesOf(old(of), brought(scanned), SHANGHAI, MIDNIGHT + (days - 14) * DAY_MS)
  const leaving = '旧码用到 12月7日 周一。在那之前把这个位置的海报都换成新的。'
  expect(said({ standing: 'leaving' }, '2026-11-25')).toEqual([leaving, '11月25日 周三 还有人扫到旧码，找找哪里没换。'])
  // On the day of the change nobody can tell.
  expect([said({ standing: 'leaving' }, '2026-11-24', 0), said({ standing: 'leaving' }, '2026-11-24')]).toEqual([[leaving], [leaving, '换码以后没有人扫到旧码。']])
  expect(said({ replaced_by: null }, null)).toEqual(['12月7日 周一 起不再用，把海报取下来。扫到的人要先选门店。'])
  expect(said({}, '2026-12-09')[1]).toBe('12月9日 周三 还有人扫到旧码，找找哪里没换。')
})
