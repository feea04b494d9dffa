import { beforeEach, describe, expect, it, vi } from 'vitest'
import { newPhone, type Stage } from '../phone/stage'
import { sha256 } from '../sync/sha256'
import { HOUR_MS } from '../words/format'
import { isProbablyKnown, knownFile, refreshKnown } from './known'

const SALT = Uint8Array.from({ length: 16 }, (_, n) => n * 7)
const phones = Array.from({ length: 500 }, (_, n) => `+86138${String(n * 7919).padStart(8, '0')}`)
/** The file as the protocol describes it (§9.3). */
function fileOf(numbers: string[]): Uint8Array<ArrayBuffer> {
  const prefixes = numbers.map((number) => Array.from(sha256(new Uint8Array([...SALT, ...new TextEncoder().encode(number)])).subarray(0, 3)))
  const order = (one: number[]) => (one[0]! << 16) | (one[1]! << 8) | one[2]!
  return new Uint8Array([...SALT, ...prefixes.sort((a, b) => order(a) - order(b)).flat()])
}

describe('the numbers an organisation knows', () => {
  it('are found, each of them, and hardly any other', () => {
    const file = fileOf(phones)
    expect(phones.every((phone) => isProbablyKnown(file, phone))).toBe(true)
    const others = Array.from({ length: 500 }, (_, n) => `+86139${String(n * 6007).padStart(8, '0')}`)
    expect(others.filter((phone) => isProbablyKnown(file, phone)).length).toBeLessThan(3)
    expect(isProbablyKnown(SALT, phones[0]!)).toBe(false)
  })
})

describe('their file on this phone', () => {
  let stage: Stage
  let asked: (string | null)[]
  let answer: () => Response
  beforeEach(async () => {
    stage = await newPhone()
    asked = []
    answer = () => new Response(fileOf(phones), { headers: { ETag: '"v1"' } })
    globalThis.fetch = (async (_path: string, init?: RequestInit) => {
      asked.push(new Headers(init?.headers).get('If-None-Match'))
      return answer()
    }) as typeof fetch
  })

  it('is fetched once, and only its ETag is sent when it may be old', async () => {
    await refreshKnown(stage.cache, 6 * HOUR_MS)
    await refreshKnown(stage.cache, 6 * HOUR_MS)
    expect(asked).toEqual([null])
    answer = () => new Response(null, { status: 304 })
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 7 * HOUR_MS)
    await refreshKnown(stage.cache, 6 * HOUR_MS)
    await refreshKnown(stage.cache, 6 * HOUR_MS)
    clock.mockRestore()
    expect(asked).toEqual([null, '"v1"'])
    expect(isProbablyKnown((await knownFile(stage.cache))!, phones[7]!)).toBe(true)
  })
  it('stays as it was without a network, without a right to it, or when it came in part', async () => {
    for (const failing of [() => { throw new TypeError('offline') }, () => new Response('{}', { status: 401 }), () => new Response(new Uint8Array(18))]) {
      answer = failing
      await refreshKnown(stage.cache, 0)
      expect(await knownFile(stage.cache)).toBeNull()
    }
  })
})
