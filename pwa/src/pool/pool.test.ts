import { describe, expect, it } from 'vitest'
import type { Bodies, PoolCard, PoolClaim, Seen, Store } from '../model'
import { DAY_MS } from '../words/format'
import { daysIn, leavingOf, poolOf } from './pool'

const NOW = Date.UTC(2026, 10, 23, 2, 30)
const BO = { staff_id: 'bo', store_ids: ['s'] }
const card = (id: string, body: Partial<PoolCard> = {}) =>
  ({ id, body: { store_id: 's', pooled_at: NOW - DAY_MS, former_id: null, ...body } }) as unknown as Seen<PoolCard>
const claim = (pool_card_id: string, pending: boolean) => ({ pending, body: { pool_card_id } }) as unknown as Seen<PoolClaim>
const store = (pool?: Store['pool']) => ({ id: 's', body: { pool } }) as unknown as Seen<Store>

describe('the pool', () => {
  it('shows the own stores only, who waits longest first', () => {
    const cards = [card('new'), card('old', { pooled_at: NOW - 9 * DAY_MS }), card('far', { store_id: 't' })]
    expect(poolOf(cards, [], [store()], BO, NOW).map((one) => one.card.id)).toEqual(['old', 'new'])
    expect(daysIn(cards[1]!.body, NOW)).toBe(9)
  })
  it('says of a claim that waits on this phone that it is kept', () => {
    const [one, two] = poolOf([card('a'), card('b')], [claim('a', true), claim('b', false)], [store()], BO, NOW)
    expect([one?.standing, two?.standing]).toEqual(['kept', 'free'])
  })
  it('lets the previous owner wait as long as the store says', () => {
    const mine = card('a', { former_id: 'bo', pooled_at: NOW - 3 * DAY_MS })
    expect(poolOf([mine], [], [store()], BO, NOW)[0]).toMatchObject({ standing: 'cooling', cool_until: NOW + 4 * DAY_MS })
    expect(poolOf([mine], [], [store({ cool_off_days: 2 })], BO, NOW)[0]?.standing).toBe('free')
    expect(poolOf([mine], [], [store()], { ...BO, staff_id: 'chen' }, NOW)[0]?.standing).toBe('free')
  })
})

describe('customers about to leave', () => {
  const warned = (id: string, body: Partial<Bodies['customer']> = {}) => ({
    id, body: { owner_id: 'bo', release_at: NOW + 3 * DAY_MS, release_why: 'no_attempt', warned_at: NOW, last_contact_at: null, ...body },
  }) as unknown as Seen<Bodies['customer']>
  const contact = (customer_id: string, ended_at: number) => ({ customer_id, ended_at }) as unknown as Bodies['follow_up']
  const ids = (rows: Seen<Bodies['customer']>[], contacts: Bodies['follow_up'][] = []) => leavingOf(rows, contacts, 'bo').map(({ id }) => id)

  it('are the own ones, the soonest first', () => {
    const rows = [warned('b'), warned('a', { release_at: NOW + DAY_MS }), warned('chens', { owner_id: 'chen' }), warned('calm', { release_at: null })]
    expect(ids(rows)).toEqual(['a', 'b'])
  })
  it('stay where an attempt was all that lacked, also one still on this phone', () => {
    expect(ids([warned('a')], [contact('a', NOW + 1)])).toEqual([])
    expect(ids([warned('a', { followed_at: NOW + 1 })])).toEqual([])
    expect(ids([warned('a')], [contact('a', NOW - 1)])).toEqual(['a'])
  })
  it('stay only by an answer where attempts were made', () => {
    const silent = { release_why: 'no_answer' as const }
    expect(ids([warned('a', silent)], [contact('a', NOW + 1)])).toEqual(['a'])
    expect(ids([warned('a', { ...silent, last_contact_at: NOW + 1 })])).toEqual([])
  })
})
