import { describe, expect, it } from 'vitest'
import type { Bodies, Seen } from '../model'
import { openObjection } from './objection'

const told = (id: string, at: number, result: string) => ({ id, at, body: { objection: { result } } }) as unknown as Seen<Bodies['follow_up']>
const left = (...contacts: Seen<Bodies['follow_up']>[]) => openObjection(contacts)?.id ?? null

describe('an objection', () => {
  it('stands until a later contact answers it or says that there is none', () => {
    expect(left(told('a', 1, 'open'))).toBe('a')
    expect(left(told('a', 1, 'open'), told('b', 2, 'skipped'))).toBe('a')
    expect(left(told('a', 1, 'open'), told('b', 2, 'resolved'))).toBeNull()
    expect(left(told('a', 1, 'open'), told('b', 2, 'none'), told('c', 3, 'open'))).toBe('c')
    expect(left()).toBeNull()
  })
  it('is judged by when it was said, in whatever order it came', () => {
    expect(left(told('late', 3, 'resolved'), told('a', 1, 'open'))).toBeNull()
    expect(left(told('a', 4, 'open'), told('late', 3, 'resolved'))).toBe('a')
  })
})
