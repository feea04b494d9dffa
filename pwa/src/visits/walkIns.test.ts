import { describe, expect, it } from 'vitest'
import type { Seen, WalkIn } from '../model'
import { hasNumber, walkInOf, walkInsOf } from './walkIns'

const seen = (id: string, at: number, store_id = 's1') => ({ id, at, body: { store_id, receiver_id: 'bo' } }) as Seen<WalkIn>

describe('a reception without data', () => {
  it('says where, who received and what for, and nothing where nothing was said', () => {
    const told = { store_id: 's1', receiver_id: 'bo', need: ' 看沙发 ' }
    expect(walkInOf(told, 'w').fields).toEqual({ store_id: 's1', receiver_id: 'bo', need: '看沙发' })
    expect(walkInOf({ ...told, need: ' ' }, 'w').fields).toEqual({ store_id: 's1', receiver_id: 'bo' })
  })
  it('is counted on its day and at its store', () => {
    const rows = [seen('a', 5), seen('early', 1), seen('there', 6, 's2'), seen('b', 7)]
    expect(walkInsOf(rows, ['s1'], 5).map(({ id }) => id)).toEqual(['b', 'a'])
  })
  it('has no number among its words', () => {
    expect(['13800001234', '微信 138-0000 1234'].map(hasNumber)).toEqual([true, true])
    expect(['预算 200000-300000', '看 3 人沙发'].map(hasNumber)).toEqual([false, false])
  })
})
