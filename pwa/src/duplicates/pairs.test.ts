import { describe, expect, it } from 'vitest'
import type { AnyBody, Bodies, Candidate, Seen } from '../model'
import { newId } from '../sync/uuid7'
import { openPairs, partsOf, sidesOf } from './pairs'

const pair = (id: string, one: string, other: string, more: Partial<Candidate> = {}, at = 1) =>
  ({ id, at, body: { one: { id: one }, other: { id: other }, state: 'open', ...more } }) as unknown as Seen<Candidate>

describe('pairs that may be one customer', () => {
  it('are asked about until decided, oldest first, on the page of either', () => {
    const pairs = [pair('late', 'a', 'b', {}, 2), pair('early', 'c', 'a'), pair('done', 'a', 'd', { state: 'different' })]
    expect(openPairs(pairs).map(({ id }) => id)).toEqual(['early', 'late'])
    expect(openPairs(pairs, 'b').map(({ id }) => id)).toEqual(['late'])
  })
  it('put the customer whose page it is first', () => {
    const { body } = pair('p', 'a', 'b')
    expect(sidesOf(body, 'b').map(({ id }) => id)).toEqual(['b', 'a'])
    expect(sidesOf(body).map(({ id }) => id)).toEqual(['a', 'b'])
  })
})

describe('the records a customer is made of', () => {
  const customer = (merged_ids?: string[]) => ({ id: 'zhao', body: { merged_ids } }) as unknown as Seen<Bodies['customer']>
  it('are told by their own facts: the name that was typed, when, and how much hangs on them', () => {
    const fact = (entity: string, id: string, at: number, body: object) => ({ entity, id, at, body }) as unknown as Seen<AnyBody>
    const tree = [fact('arrival', 'r', 5, { customer_id: 'twin', name: '赵小姐' }), fact('comment', 'n', 9, { customer_id: 'twin' }), fact('comment', 'm', 9, { customer_id: 'zhao' })]
    expect(partsOf(customer(['twin']), tree)).toEqual([{ id: 'twin', name: '赵小姐', at: 5, facts: 2 }])
  })
  it('are dated by their id where nothing tells more, and are none where nothing was merged', () => {
    const made = newId()
    expect(Math.abs(partsOf(customer([made]), [])[0]!.at - Date.now())).toBeLessThan(60_000)
    expect(partsOf(customer(undefined), [])).toEqual([])
  })
})
