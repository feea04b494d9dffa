import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Customer, Seen } from '../model'
import { isListed, listedAt, listOf } from './dormant'

interface Vectors { lists: [zone: string, now: number, at: number][]; customers: [customer: Partial<Customer>, at: number, listed: boolean][] }
const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/dormant.json', import.meta.url), 'utf8')) as Vectors

describe('this phone agrees with the server', () => {
  it.each(vectors.lists)('on the list of a week in %s at %d', (zone, now, at) => {
    expect(listedAt(now, zone)).toBe(at)
  })
  it('on who is on it', () => {
    expect(vectors.customers.map(([customer, at]) => isListed(customer, at))).toEqual(vectors.customers.map(([, , listed]) => listed))
  })
})

it('before nine on a Monday the list is still last week’s', () => {
  const nine = Date.UTC(2026, 10, 23, 1)
  expect([listedAt(nine - 1, 'Asia/Shanghai'), listedAt(nine, 'Asia/Shanghai')]).toEqual([Date.UTC(2026, 10, 16, 1), nine])
})

it('a list is one person’s, the longest silent first', () => {
  const row = (id: string, owner_id: string, last_contact_at: number) => ({ id, body: { owner_id, marketing: true, last_contact_at } }) as Seen<Customer>
  const at = Date.UTC(2026, 10, 23, 1)
  expect(listOf([row('a', 'bo', 9), row('b', 'chen', 1), row('c', 'bo', 5), row('d', 'bo', at)], 'bo', at).map(({ id }) => id)).toEqual(['c', 'a'])
})
