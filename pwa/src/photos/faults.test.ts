import { expect, test } from 'vitest'
import en from '../words/en/photos'
import zh from '../words/zh/photos'
import { faultOf, kindOf } from './faults'

const bytes = (text: string, ...more: number[]) => new Uint8Array([...Array.from(text, (one) => one.charCodeAt(0)), ...more])
const two = (n: number) => [n >> 8, n & 255]
/** A JPEG as far as its frame says; `end` is what follows the picture's first data. */
const jpeg = (width: number, height: number, end: number[]) => new Uint8Array([0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, ...two(height), ...two(width), ...Array<number>(10).fill(0), 0xff, 0xda, 0, 4, 0, 0, 7, 7, 7, ...end])
const IEND = [0, 0, 0, 0, ...Array.from('IEND', (one) => one.charCodeAt(0)), 0xae, 0x42, 0x60, 0x82]
/** A PNG with some data; `end` is what follows it. */
const png = (width: number, height: number, end = IEND) => bytes('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 0, 0, ...two(width), 0, 0, ...two(height), 8, 6, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 3, ...Array.from('IDAT', (one) => one.charCodeAt(0)), 7, 7, 7, 1, 2, 3, 4, ...end)
/** A WebP that says how long it is; `rest` of that is there. */
const webp = (length: number, rest = length) => bytes('RIFF', length, 0, 0, 0, ...Array.from('WEBPVP8 ', (one) => one.charCodeAt(0)), ...Array<number>(rest - 8).fill(7))

test('what cannot be a photo is seen before it is drawn, and each has a sentence that says what to do', () => {
  const told = {
    empty: new Uint8Array(), animated: bytes('GIF89a...'), drawing: bytes('<?xml version="1.0"?><svg xmlns="x"/>'), document: bytes('%PDF-1.7 ...'),
    not_a_photo: bytes('PK\x03\x04 a zip'), cut: jpeg(640, 480, []), too_many_pixels: png(10_000, 10_000),
  }
  for (const [fault, file] of Object.entries(told)) {
    expect(faultOf(file)).toBe(fault)
    expect(zh[fault as keyof typeof told]).toMatch(/[拍选].*。$/)
    expect(en[fault as keyof typeof told]).toMatch(/\.$/)
  }
})

test('photos, what hangs behind them, and what some browsers can open are tried', () => {
  const zip = Array.from('PK\x03\x04', (one) => one.charCodeAt(0))
  expect([jpeg(4000, 3000, [0xff, 0xd9]), jpeg(4000, 3000, [0xff, 0xd9, ...zip]), png(4000, 3000), webp(40), bytes('\0\0\0\x18ftypheic\0\0\0\0'), bytes('\0\0\0\x1cftypavif\0\0\0\0')].map(faultOf)).toEqual([null, null, null, null, null, null])
  expect(kindOf(bytes('\0\0\0\x1cftypmif1\0\0\0\0mif1avif'))).toBe('avif')
  expect([kindOf(bytes('\0\0\0\x18ftypmif1\0\0\0\0heic')), kindOf(bytes('\0\0\0\x18ftypmp42'))]).toEqual(['heic', 'other'])
})

test('what was broken off is seen in every kind that browsers draw half', () => {
  expect([jpeg(640, 480, []), png(640, 480, []), png(640, 480, [0, 0, 0, 9, 73, 68, 65, 84, 7]), png(640, 480).slice(0, 40), webp(40, 39)].map(faultOf)).toEqual(Array(5).fill('cut'))
  const behind = [80, 75, 3, 4]
  expect([png(640, 480, [...IEND, ...behind]), webp(40, 44)].map(faultOf)).toEqual([null, null])
})
