import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { get } from 'svelte/store'
import { phoneDatabase } from '../phone/databases'
import { phase } from '../phone/session'
import { newPhone } from '../phone/stage'
import { startIdleLock } from './idle'

const TWO_MINUTES = 120_000
const page = new EventTarget()

beforeEach(async () => {
  const { key } = await newPhone()
  await phoneDatabase().people.update(key, { pin: { salt: '', hash: '' } })
  vi.useFakeTimers({ toFake: ['Date', 'setInterval'] })
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('document', new EventTarget())
  vi.stubGlobal('location', { pathname: '/' })
  startIdleLock()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})
async function passes(ms: number): Promise<void> {
  vi.advanceTimersByTime(ms)
  await new Promise((done) => setTimeout(done, 30))
}

it('does not lock a phone that somebody dictates to, and locks it when they have gone', async () => {
  await passes(TWO_MINUTES)
  page.dispatchEvent(new Event('input'))
  await passes(TWO_MINUTES)
  expect(get(phase)).not.toBe('locked')
  await passes(TWO_MINUTES)
  expect(get(phase)).toBe('locked')
})

it('waits for the photo that is being taken, and has its usual patience again once that came', async () => {
  const four = [TWO_MINUTES, TWO_MINUTES]
  const input = Object.assign(page, { type: 'file' })
  input.dispatchEvent(new Event('click'))
  for (const ms of four) await passes(ms)
  expect(get(phase)).not.toBe('locked')
  input.dispatchEvent(new Event('change'))
  for (const ms of four) await passes(ms)
  expect(get(phase)).toBe('locked')
})
