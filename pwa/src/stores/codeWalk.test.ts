import { describe, expect, test } from 'vitest'
import type { CodeCheck, Seen } from '../model'
import { judge, walkOf } from './codeWalk'
import type { Hung, Old, Posters } from './posters'

const HOST = 'https://bell.example'
const DAY_MS = 86_400_000
/** Monday 23 November 2026, 00:00 in Shanghai. */
const MONDAY = Date.UTC(2026, 10, 22, 16)
const hung = (id: string, over: Partial<Hung> = {}): Hung => ({ id, position: id, link: `${HOST}/r/token-of-${id}`, created_at: MONDAY - DAY_MS, ...over })
const list = (posters: Hung[], old: Old[] = []): Posters => ({ at: MONDAY, posters, old, check: { since: MONDAY, due_at: MONDAY + DAY_MS } })
const old: Old = { ...hung('xinju-old22'), standing: 'ended', ends_at: MONDAY, revoked_at: null, replaced_by: null, ended_by: null, ended_at: MONDAY }
const lists = new Map([['s', list([hung('xinju-door2'), hung('xinju-till2')], [old])], ['t', { ...list([hung('xinju-far22')]), badges: [hung('xinju-wu222')] }]])
const own = lists.get('s')!
own.badges = [hung('xinju-bo222')]
own.old_badges = [{ ...old, ...hung('xinju-bo111') }]

test.each([
  [`${HOST}/r/token-of-xinju-door2`, 'ours'],
  ['XINJU-Till2', 'typed'],
  [`${HOST}/p/xinju-till2`, 'typed'],
  [`${HOST}/r/token-of-xinju-old22`, 'old'],
  [`${HOST}/r/token-of-xinju-far22`, 'elsewhere'],
  [`${HOST}/r/token-of-xinju-bo222`, 'ours'],
  ['xinju-bo222', 'typed'],
  [`${HOST}/r/token-of-xinju-bo111`, 'old'],
  [`${HOST}/r/token-of-xinju-wu222`, 'elsewhere'],
  [`${HOST}/r/token-of-nothing`, 'unlisted'],
  ['xinju-zzzzz', 'unlisted'],
  // Our own token under another host, another scheme, or with one letter changed.
  ['https://evil.example/r/token-of-xinju-door2', 'foreign'],
  ['http://bell.example/r/token-of-xinju-door2', 'foreign'],
  ['https://bell.example.evil.example/r/token-of-xinju-door2', 'foreign'],
  ['https://bell.example@evil.example/r/token-of-xinju-door2', 'foreign'],
  [`${HOST}/pay`, 'foreign'],
  ['weixin://pay/1', 'foreign'],
])('%s is %s', (text, kind) => expect(judge(text, 's', lists).kind).toBe(kind))

describe('the walk of a week', () => {
  const check = (poster_id: string, at: number, over: Partial<CodeCheck> = {}): Seen<CodeCheck> => ({ id: poster_id, entity: 'code_check', root: 's', version: 1, by: 'lin', at, received_at: at, captured_at: at, pending: false, saved_at: null, body: { store_id: 's', text: '', poster_id, ...over } })
  const told = (posters: Hung[], rows: Seen<CodeCheck>[], now: number) => {
    const { left, total, isLate } = walkOf(list(posters), rows, now)
    return [left.map(({ id }) => id).join(), total, isLate]
  }
  test('is done when each code was found, by this phone or another', () => {
    const posters = [hung('a'), hung('b', { checked_at: MONDAY + 1, checked_by: 'qiao' }), hung('c')]
    expect(told(posters, [], MONDAY + 5)).toEqual(['a,c', 3, false])
    expect(told(posters, [check('a', MONDAY + 2, { verdict: 'ours' }), check('c', MONDAY - 1)], MONDAY + DAY_MS)).toEqual(['c', 3, true])
    expect(told(posters, [check('a', MONDAY + 2), check('c', MONDAY + 3, { verdict: 'typed' })], MONDAY + DAY_MS)).toEqual(['c', 3, true])
    expect(told(posters, [check('a', MONDAY + 2), check('c', MONDAY + 3, { verdict: 'old' })], MONDAY + DAY_MS)).toEqual(['c', 3, true])
  })
  test('has people’s own codes in it, and none in a list of before', () => {
    const badges = [hung('bo'), hung('chen', { checked_at: MONDAY + 1 }), hung('new', { created_at: MONDAY + 1 })]
    const { left, total } = walkOf({ ...list([hung('a')]), badges }, [check('a', MONDAY + 2)], MONDAY + 5)
    expect([left.map(({ id }) => id), total]).toEqual([['bo'], 3])
    expect(walkOf({ ...list([]), badges }, [check('bo', MONDAY + 2, { verdict: 'ours' })], MONDAY + 5).left).toEqual([])
  })
  test('begins anew with the next one, also on a phone without a network', () => {
    const posters = [hung('a', { checked_at: MONDAY + 1 }), hung('b', { created_at: MONDAY + 1 })]
    expect([told(posters, [], MONDAY + 2 * DAY_MS), told(posters, [], MONDAY + 7 * DAY_MS), told(posters, [], MONDAY + 8 * DAY_MS)]).toEqual([['', 1, false], ['a,b', 2, false], ['a,b', 2, true]])
  })
  test('is none where the store stays shut', () => {
    const shut = { ...list([hung('a')]), check: { since: MONDAY, due_at: null } }
    expect(walkOf(shut, [], MONDAY + 3 * DAY_MS).left).toEqual([])
  })
})
