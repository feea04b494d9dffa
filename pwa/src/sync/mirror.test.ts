import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonical, operationHash } from './canonical'
import { EMPTY, lanesOf, sameDigest, withoutRow, withRow } from './digest'
import { canonicalPhone } from './phoneNumber'
import { sha256 } from './sha256'
import { newId } from './uuid7'

const bytes = fc.uint8Array({ maxLength: 300 })

describe('hashes', () => {
  it('agrees with the platform on SHA-256 of anything', () => {
    fc.assert(fc.property(bytes, (message) => {
      expect(Buffer.from(sha256(message)).toString('hex')).toBe(createHash('sha256').update(message).digest('hex'))
    }))
  })
  it('takes the lanes of a row from the first eight bytes, big-endian', () => {
    const hash = createHash('sha256').update('customer\nc1\n7').digest()
    expect(lanesOf('customer', 'c1', 7)).toEqual([hash.readUInt32BE(0), hash.readUInt32BE(4)])
  })
  it('adds rows in any order and takes them out again', () => {
    const lanes = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 2 ** 32 - 1 })))
    fc.assert(fc.property(lanes, (rows) => {
      const sum = rows.reduce(withRow, EMPTY)
      expect(sameDigest(sum, [...rows].reverse().reduce(withRow, EMPTY))).toBe(true)
      expect(sameDigest(rows.reduce(withoutRow, sum), undefined)).toBe(true)
    }))
  })
})

describe('canonical JSON', () => {
  it('sorts keys by code point, drops spaces and keeps Chinese as it is', () => {
    expect(canonical({ b: [1, null, '王'], a: { z: true, y: 1.5 }, '\u{1F600}': 0, '\uFFFD': 0 })).toBe('{"a":{"y":1.5,"z":true},"b":[1,null,"王"],"\uFFFD":0,"\u{1F600}":0}')
  })
  it('gives one text whatever the order the keys came in', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).reverse())
      expect(canonical(turned)).toBe(canonical(value))
      expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }))
  })
  it('hashes an operation by its content and nothing else', () => {
    const one = operationHash('comment', 'i', null, 1, { text: '好', customer_id: 'c' }, null)
    expect(one).toBe(operationHash('comment', 'i', null, 1, { customer_id: 'c', text: '好' }, null))
    expect(one).not.toBe(operationHash('comment', 'i', 0, 1, { customer_id: 'c', text: '好' }, null))
    expect(one).toMatch(/^[0-9a-f]{16}$/)
  })
})

describe('phone numbers', () => {
  it('reads a mainland mobile however it was typed', () => {
    for (const raw of ['13800138000', '+86 138-0013-8000', '008613800138000', '１３８ ００１３ ８０００', '(86)138.0013.8000', '013800138000', '17951 13800138000']) {
      expect(canonicalPhone(raw)).toBe('+8613800138000')
    }
  })
  it('leaves to the server what is not one', () => {
    for (const raw of ['', '12800138000', '1380013800', '138001380001']) expect(canonicalPhone(raw)).toBeNull()
  })
})

describe('ids', () => {
  it('are version 7, unique, and sort by their time', () => {
    const ids = Array.from({ length: 200 }, (_, i) => newId(1_700_000_000_000 + i))
    expect(new Set(ids).size).toBe(200)
    expect([...ids].sort()).toEqual(ids)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})
