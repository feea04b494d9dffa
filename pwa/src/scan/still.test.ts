import { afterEach, expect, test, vi } from 'vitest'
import { looksAt, readPhoto } from './still'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test('a small picture is looked at whole only; a large one also larger and piece by piece, all of it', () => {
  expect(looksAt({ width: 600, height: 800 }).map(({ edge, way }) => way?.treatment ?? edge)).toEqual([960, 'even', 'sharp'])
  const looks = looksAt({ width: 4000, height: 3000 })
  expect(looks.slice(0, 4).map(({ edge, way }) => way?.treatment ?? edge)).toEqual([960, 1920, 'even', 'sharp'])
  const tiles = looks.slice(4).map(({ part }) => part)
  expect(tiles).toHaveLength(9)
  expect(Math.max(...tiles.map(({ x, width }) => x + width))).toBeCloseTo(4000)
  expect(Math.max(...tiles.map(({ y, height }) => y + height))).toBeCloseTo(3000)
  expect(tiles[1]!.x).toBeLessThan(0.8 * tiles[0]!.width)
})

/** A browser with its own detector, in which pictures open as told. */
function browserThat({ opensBitmap, opensImage }: { opensBitmap: boolean; opensImage: boolean }): { revoked: number } {
  const seen = { revoked: 0 }
  vi.stubGlobal('BarcodeDetector', class {
    static getSupportedFormats = async () => ['qr_code']
    detect = async () => [{ rawValue: 'tel:13800138000', format: 'qr_code', boundingBox: { x: 0, y: 0, width: 9, height: 9 } }]
  })
  vi.stubGlobal('createImageBitmap', async () => {
    if (!opensBitmap) throw new DOMException('', 'InvalidStateError')
    return { width: 9, height: 9, close() {} }
  })
  vi.stubGlobal('Image', class {
    src = ''
    naturalWidth = 9
    naturalHeight = 9
    decode = () => (opensImage ? Promise.resolve() : Promise.reject(new DOMException('', 'EncodingError')))
  })
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation(() => void (seen.revoked += 1))
  const context = { drawImage() {}, getImageData: () => ({ data: new Uint8ClampedArray(4), width: 1, height: 1 }) }
  vi.stubGlobal('document', { createElement: () => ({ getContext: () => context }) })
  return seen
}

test('an HEIC photo that opens only as an image of the page, as in Safari, is read', async () => {
  const seen = browserThat({ opensBitmap: false, opensImage: true })
  expect(await readPhoto(new Blob(['heic']))).toMatchObject({ text: 'tel:13800138000' })
  expect(seen.revoked).toBe(1)
})

test('one that does not open at all is called unreadable, not empty', async () => {
  const seen = browserThat({ opensBitmap: false, opensImage: false })
  await expect(readPhoto(new Blob(['heic']))).rejects.toThrow('unreadable')
  expect(seen.revoked).toBe(1)
})
