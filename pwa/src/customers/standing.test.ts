import { describe, expect, it } from 'vitest'
import type { AnyBody, Conflict, Seen } from '../model'
import { restoring, standing } from './standing'

const conflict = (over: Partial<Conflict> = {}): Conflict => ({
  row_id: 'zhao', entity: 'customer', field: 'need', value_now: '床', by_now: 'lin', at_now: 2, value_other: '沙发', by_other: 'bo', at_other: 1, state: 'open', ...over,
})
const row = (body: object) => body as AnyBody
const tags = conflict({ field: 'tags', value_now: ['沙发'], value_other: ['床', '柜子'] })

describe('what a conflict says stands now', () => {
  it('is the value of the row, also where somebody has changed it since', () => {
    expect(standing(conflict(), row({ need: '床' }))).toEqual({ value: '床', by: 'lin', may_restore: true })
    expect(standing(conflict(), row({ need: '柜子' }))).toEqual({ value: '柜子', by: undefined, may_restore: true })
    expect(standing(conflict(), row({}))).toMatchObject({ value: null, by: undefined })
  })
  it('is what stood when it arose, where the row is not on this phone', () => {
    expect(standing(conflict(), undefined)).toMatchObject({ value: '床', by: 'lin' })
  })
  it('leaves nothing to restore where the other value stands already', () => {
    expect(standing(conflict(), row({ need: '沙发' }))).toEqual({ value: '沙发', by: 'bo', may_restore: false })
    expect(standing(tags, row({ tags: ['床', '柜子', '沙发'] })).may_restore).toBe(false)
    expect(standing(tags, row({ tags: ['床', '沙发'] })).may_restore).toBe(true)
  })
  it('offers no restoring of what keeps its first value', () => {
    expect(standing(conflict({ field: 'source', value_now: 'staff', value_other: 'poster' }), row({ source: 'staff' })).may_restore).toBe(false)
  })
})

describe('restoring', () => {
  const restored = (body: Conflict) => restoring({ id: 'k', body } as Seen<Conflict>, 7)
  it('is a patch of the one field that cites the conflict', () => {
    expect(restored(conflict())).toEqual({ entity: 'customer', id: 'zhao', fields: { need: '沙发' }, base: 7, cites: 'k' })
  })
  it('adds the elements of a set', () => {
    expect(restored(tags).fields).toEqual({ tags: { add: ['床', '柜子'] } })
  })
})
