import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { canonical, operationHash } from './canonical'
import { derivedId } from './derivedId'
import { EMPTY, lanesOf, withRow, type Digest } from './digest'
import { canonicalPhone } from './phoneNumber'
import type { WireOperation } from './wire'

/* The vectors both sides are held to. */
function vectors<T>(name: string): T[] {
  return JSON.parse(readFileSync(new URL(`../../../tests/vectors/${name}.json`, import.meta.url), 'utf8')) as T[]
}

describe('this phone agrees with the server', () => {
  it.each(vectors<{ raw: string; number: string | null }>('phone'))('on the phone number $raw', ({ raw, number }) => {
    expect(canonicalPhone(raw)).toBe(number)
  })
  it.each(vectors<{ value: unknown; text: string }>('canonical'))('on the one text $text', ({ value, text }) => {
    expect(canonical(value)).toBe(text)
  })
  it.each(vectors<{ rows: [string, string, number][]; digest: Digest }>('digest'))('on the digest of $rows.length rows', ({ rows, digest }) => {
    expect(rows.reduce<Digest>((sum, row) => withRow(sum, lanesOf(...row)), EMPTY)).toEqual(digest)
  })
  it.each(vectors<{ parts: (string | number)[]; id: string }>('derive_id'))('on the id of $parts', ({ parts, id }) => {
    expect(derivedId(...parts)).toBe(id)
  })
  it.each(vectors<{ operation: WireOperation; hash: string }>('operation_hash'))('on the content of operation $operation.n', ({ operation, hash }) => {
    const { e, i, b = null, t, f, x = null } = operation
    expect(operationHash(e, i, b, t, f, x)).toBe(hash)
  })
})
