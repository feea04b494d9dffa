import { expect, test } from 'vitest'
import { looksBlank, sameShape, storedSize, within } from './shape'

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16))

test('a JPEG says its size past other segments', () => {
  const head = 'ffd8' + 'ffe00004' + '0000' + 'ffc40004' + '0000' + 'ffc2000b08' + '0bd0' + '0fc0' + '010111'
  expect(storedSize(bytes(head + '00'.repeat(16)))).toEqual({ width: 4032, height: 3024 })
})

test('a PNG and a WebP say their size', () => {
  expect(storedSize(bytes('89504e470d0a1a0a0000000d49484452' + '00000320' + '00000258' + '0802000000'))).toEqual({ width: 800, height: 600 })
  const extended = '52494646' + '00000000' + '57454250' + '56503858' + '0a000000' + '00000000' + 'ff0400' + 'cf0200'
  expect(storedSize(bytes(extended + '0000'))).toEqual({ width: 1280, height: 720 })
})

test('torn or unknown heads are unknown, not an error', () => {
  for (const head of ['', 'ffd8', 'ffd8ffe0ffff', '47494638396100', 'ffd800112233445566778899']) expect(storedSize(bytes(head))).toBeNull()
})

test('pictures shrink to the edge and never grow', () => {
  expect(within({ width: 4032, height: 3024 }, 1600)).toEqual({ width: 1600, height: 1200 })
  expect(within({ width: 300, height: 900 }, 1600)).toEqual({ width: 300, height: 900 })
})

test('only an exactly empty sample is blank', () => {
  expect(looksBlank([0, 0, 0, 255, 0, 0, 0, 0])).toBe(true)
  expect(looksBlank([0, 0, 0, 255, 1, 0, 0, 255])).toBe(false)
})

test('turning a picture upright keeps its shape', () => {
  expect(sameShape({ width: 4032, height: 3024 }, { width: 1200, height: 1600 })).toBe(true)
  expect(sameShape({ width: 4032, height: 3024 }, { width: 1600, height: 1600 })).toBe(false)
})
