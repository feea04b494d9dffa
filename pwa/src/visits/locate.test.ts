import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bestOf, watch, watchStanding, type NoFix, type Watched } from './locate'

type Found = (position: { coords: { latitude: number; longitude: number; accuracy: number }; timestamp: number }) => void
type Failed = (error: { code: number; PERMISSION_DENIED: number; POSITION_UNAVAILABLE: number }) => void
interface Listener { found: Found; failed: Failed; fine: boolean; open: boolean }

let listeners: Listener[] = []
let leave: { state: string; addEventListener: (_: string, heed: () => void) => void; heed?: () => void }
const say = (accuracy: number, at = 0, age = 0) => listeners[at]!.found({ coords: { latitude: 31, longitude: 121, accuracy }, timestamp: Date.now() - age })
const fail = (code: number, at = 0) => listeners[at]!.failed({ code, PERMISSION_DENIED: 1, POSITION_UNAVAILABLE: 2 })
const [DENIED, UNAVAILABLE, SLOW] = [1, 2, 3]
const open = () => listeners.filter((one) => one.open).length

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  listeners = []
  leave = { state: 'granted', addEventListener: (_, heed) => { leave.heed = heed } }
  vi.stubGlobal('navigator', { permissions: { query: () => Promise.resolve(leave) }, geolocation: {
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
    const watching = watch((now) => told.push(now))
    await vi.advanceTimersByTimeAsync(3000)
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
    await vi.advanceTimersByTimeAsync(8000)
    expect(listeners.map(({ fine }) => fine)).toEqual([true, false])
    say(800, 1)
    vi.advanceTimersByTime(12_000)
    expect(open()).toBe(0)
    expect(await watching.done).toMatchObject([{ accuracy_m: 800, fix_source: 'network' }])
  })
  it('ends at once for somebody who says no, and says why there is none', async () => {
    const denied = watch(() => {})
    fail(DENIED)
    await expect(denied.done).rejects.toBe('denied' satisfies NoFix)
    const silent = watch(() => {}).done.catch((why: unknown) => why)
    fail(SLOW, 1)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(await silent).toBe('timeout' satisfies NoFix)
    vi.stubGlobal('navigator', {})
    await expect(watch(() => {}).done).rejects.toBe('unavailable' satisfies NoFix)
  })
  it('goes on while all it hears is old, and takes that where nothing newer comes', async () => {
    const newer = watch(() => {})
    say(10, 0, 61_000)
    expect(open()).toBe(1)
    say(80)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(await newer.done).toMatchObject([{ accuracy_m: 80 }])
    const older = watch(() => {})
    say(10, 1, 61_000)
    await vi.advanceTimersByTimeAsync(8000)
    expect(listeners[2]!.fine).toBe(false)
    await vi.advanceTimersByTimeAsync(12_000)
    expect(await older.done).toMatchObject([{ accuracy_m: 10, fix_at: Date.now() - 81_000 }])
  })
  it('does not count the time in which somebody reads whether to allow it', async () => {
    leave.state = 'prompt'
    const told: Watched[] = []
    const watching = watch((now) => told.push(now))
    await vi.advanceTimersByTimeAsync(50_000)
    expect([open(), told.at(-1)!.seconds]).toEqual([2, 0])
    leave.state = 'granted'
    leave.heed!()
    await vi.advanceTimersByTimeAsync(19_000)
    expect([open(), told.at(-1)!.seconds]).toEqual([2, 19])
    say(90)
    await vi.advanceTimersByTimeAsync(1000)
    expect(await watching.done).toHaveLength(1)
  })
  it('counts from the first answer where the browser does not say when that was, and ends all the same', async () => {
    vi.stubGlobal('navigator', { geolocation: navigator.geolocation })
    const watching = watch(() => {})
    await vi.advanceTimersByTimeAsync(50_000)
    say(90)
    await vi.advanceTimersByTimeAsync(19_999)
    expect(open()).toBe(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(await watching.done).toHaveLength(1)
    const unread = watch(() => {}).done.catch((why: unknown) => why)
    await vi.advanceTimersByTimeAsync(120_000)
    expect([open(), await unread]).toEqual([0, 'timeout'])
  })
  it('ends at once where neither receiver has anything, and not while one may have', async () => {
    const watching = watch(() => {}).done.catch((why: unknown) => why)
    fail(UNAVAILABLE)
    expect(listeners.map(({ fine }) => fine)).toEqual([true, false])
    fail(SLOW, 1)
    expect(open()).toBe(2)
    fail(UNAVAILABLE, 1)
    expect([open(), await watching]).toEqual([0, 'unavailable'])
    const found = watch(() => {})
    fail(UNAVAILABLE, 2)
    say(60, 2)
    fail(UNAVAILABLE, 3)
    expect(open()).toBe(2)
    found.stop()
    expect(await found.done).toMatchObject([{ fix_source: 'gps' }])
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
