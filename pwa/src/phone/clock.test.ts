import { get } from 'svelte/store'
import { expect, it, vi } from 'vitest'
import { DAY_MS } from '../words/format'
import { learnClock, minutes } from './clock'

it('shows the server’s time as soon as it is known, not at the next half minute', () => {
  vi.stubGlobal('document', { visibilityState: 'visible', addEventListener: () => {}, removeEventListener: () => {} })
  const seen: number[] = []
  const stop = minutes.subscribe((at) => seen.push(at))
  learnClock(Date.now() - DAY_MS, Date.now(), Date.now())
  expect(Math.round((seen.at(-1)! - Date.now()) / DAY_MS)).toBe(-1)
  expect(get(minutes)).toBe(seen.at(-1))
  stop()
  vi.unstubAllGlobals()
})
