import { expect, it } from 'vitest'
import { wholeOf } from './whole'

const bytes = (...parts: (number | string)[]) => Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((one) => one.charCodeAt(0)) : [part]))).buffer
const UNKNOWN = [0x01, ...Array<number>(7).fill(0xff)]
const box = (name: string, ...content: number[]) => [0, 0, 0, 8 + content.length, name, ...content]
const page = (...content: number[]) => ['OggS', ...Array<number>(22).fill(0), 1, content.length, ...content]
const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9]

it.each([
  ['audio/webm', [0x1a, 0x45, 0xdf, 0xa3, 0x81, 9, 0x18, 0x53, 0x80, 0x67, ...UNKNOWN, 0x1f, 0x43, 0xb6, 0x75, ...UNKNOWN, 0xe7, 0x81, 0], [0xa3, 0x40, 0x09, ...nine]],
  ['audio/mp4', [...box('ftyp', ...nine), ...box('moov', ...nine), ...box('moof', ...nine), ...box('mdat', ...nine)], [...box('moof', ...nine), ...box('mdat', ...nine)]],
  ['audio/ogg', page(...nine), page(...nine)],
])('ends %s with the last part that is whole, wherever it was cut', (type, before, last) => {
  const [kept, whole] = [bytes(...before), bytes(...before, ...last)]
  for (let cut = kept.byteLength; cut < whole.byteLength; cut += 1) expect(wholeOf(whole.slice(0, cut), type).byteLength).toBe(kept.byteLength)
  expect(wholeOf(whole, type)).toEqual(whole)
  expect(wholeOf(bytes(), type).byteLength).toBe(0)
})
