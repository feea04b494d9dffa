import { describe, expect, it } from 'vitest'
import { IDLE, provenAt, statusOf, type Counts } from './status'

const quiet: Counts = { known: true, waiting: 0, photos: 0, attention: 0, synced_at: 1, oldest_at: null, proven_at: 1, usable: true, whole: true }
const kind = (counts: Partial<Counts>, doing: Partial<typeof IDLE> = {}) => statusOf({ ...quiet, ...counts }, { ...IDLE, ...doing }).kind

describe('the chip tells the truth', () => {
  it('says synced only when nothing waits, differs or needs a person', () => {
    expect(kind({})).toBe('synced')
    expect(kind({ waiting: 1 })).toBe('syncing')
    expect(kind({ whole: false })).toBe('syncing')
    expect(kind({ photos: 1 })).toBe('syncing')
    expect(kind({}, { stuck: 'differs' })).toBe('attention')
    expect(kind({ attention: 1 })).toBe('attention')
  })
  it('says offline whatever else is under way', () => {
    expect(kind({ waiting: 3 }, { reachable: false, pushing: { done: 0, total: 3 } })).toBe('offline')
  })
  it('counts what the server must be told about apart from what waits', () => {
    expect(statusOf({ ...quiet, waiting: 2, attention: 1 }, { ...IDLE, stuck: 'sign_in' })).toMatchObject({ waiting: 2, attention: 2 })
  })
})

describe('the receipt: up to when everything is on the server', () => {
  it('is the last check that agreed, while nothing is unsent', () => {
    expect(provenAt(1_000, null, 400)).toBe(1_000)
  })
  it('is the last moment at which nothing was unsent, while something is', () => {
    expect(provenAt(1_000, 900, 400)).toBe(400)
    expect(provenAt(1_000, 900, null)).toBeNull()
  })
  it('is not given before a check has agreed', () => {
    expect(provenAt(null, null, null)).toBeNull()
  })
})
