import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bestOf, watch, watchStanding, type NoFix, type Watched } from './locate'

type Found = (position: { coords: { latitude: number; longitude: number; accuracy: number }; timestamp: number }) => void
type Failed = (error: { code: number; PERMISSION_DENIED: number }) => void
interface Listener { found: Found; failed: Failed; fine: boolean; open: boolean }

let listeners: Listener[] = []
const say = (accuracy: number, at = 0) => listeners[at]!.found({ coords: { latitude: 31, longitude: 121, accuracy }, timestamp: Date.now() })
const open = () => listeners.filter((one) => one.open).length

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  listeners = []
  vi.stubGlobal('navigator', { geolocation: {
    watchPosition: (found: Found, failed: Failed, { enableHighAccuracy }: PositionOptions) => listeners.push({ found, failed, fine: Boolean(enableHighAccuracy), open: true }) - 1,
    clearWatch: (id: number) => { listeners[id]!.open = false },
  } })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('listening for a position', () => {
  it('ends with the first good one, and keeps the best', async () => {
    const watching = watch(() => {})
    say(180.4)
    say(40)
    say(20)
    expect(open()).toBe(0)
    expect(bestOf(await watching.done)).toMatchObject({ accuracy_m: 20 })
  })
  it('ends after twenty seconds with the best there was, and says meanwhile how far it is', async () => {
    const told: Watched[] = []
    const watching = watch((now) => told.push({ ...now, fixes: [...now.fixes] }))
    vi.advanceTimersByTime(3000)
    expect(told.at(-1)).toEqual({ fixes: [], seconds: 3 })
    say(90)
    say(140)
    vi.advanceTimersByTime(16_999)
    expect(told.at(-1)).toMatchObject({ seconds: 19 })
    expect(open()).toBe(1)
    vi.advanceTimersByTime(1)
    expect(open()).toBe(0)
    expect(bestOf(await watching.done)).toMatchObject({ accuracy_m: 90 })
  })
  it('asks for a coarse one, too, where the fine receiver says nothing', async () => {
    const watching = watch(() => {})
    vi.advanceTimersByTime(8000)
    expect(listeners.map(({ fine }) => fine)).toEqual([true, false])
    say(800, 1)
    vi.advanceTimersByTime(12_000)
    expect(open()).toBe(0)
    expect(await watching.done).toHaveLength(1)
  })
  it('ends at once for somebody who says no, and says why there is none', async () => {
    const denied = watch(() => {})
    listeners[0]!.failed({ code: 1, PERMISSION_DENIED: 1 })
    await expect(denied.done).rejects.toBe('denied' satisfies NoFix)
    const silent = watch(() => {})
    listeners[1]!.failed({ code: 2, PERMISSION_DENIED: 1 })
    vi.advanceTimersByTime(20_000)
    await expect(silent.done).rejects.toBe('no_fix' satisfies NoFix)
    vi.stubGlobal('navigator', {})
    await expect(watch(() => {}).done).rejects.toBe('unsupported' satisfies NoFix)
  })
  it('is ended by whoever has seen enough', async () => {
    const watching = watch(() => {})
    say(60)
    watching.stop()
    expect(await watching.done).toHaveLength(1)
  })
  it('of somebody who stands in a store goes on until there are several', async () => {
    const watching = watchStanding(() => {})
    for (let nth = 0; nth < 5; nth += 1) say(10)
    expect(open()).toBe(1)
    say(10)
    expect(await watching.done).toHaveLength(6)
  })
})
