import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { photoFact } from './fact'
import { sha256 } from './hash'
import { preparePhoto } from './prepare'

const MINUTE_MS = 60_000
const AT = Date.parse('2026-11-23T10:30:00+08:00')
const about = { subject_id: 's', customer_id: 'c', kind: 'customer' as const }
beforeEach(() => vi.stubGlobal('navigator', {}))
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A JPEG as far as its frame says, which no browser here draws: it goes as it is. With the time in its EXIF, if given. */
function jpeg(taken = '', width = 640, height = 480): Uint8Array<ArrayBuffer> {
  const frame = [0xff, 0xc0, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255, ...Array<number>(10).fill(0), 0xff, 0xda, 0, 4, 0, 0, 7, 7, 0xff, 0xd9]
  return new Uint8Array([0xff, 0xd8, ...(taken ? exif(taken) : []), ...frame])
}

function exif(taken: string): number[] {
  const four = (n: number) => [n >> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255]
  const tag = (name: number, kind: number, count: number, value: number) => [name >> 8, name & 255, 0, kind, ...four(count), ...four(value)]
  const tiff = [0x4d, 0x4d, 0, 42, ...four(8), 0, 1, ...tag(0x8769, 4, 1, 26), ...four(0), 0, 2, ...tag(0x9003, 2, 20, 56), ...tag(0x9011, 2, 7, 76), ...four(0), ...ascii(`${taken}\0`), ...ascii('+08:00\0')]
  return [0xff, 0xe1, 0, 8 + tiff.length, ...ascii('Exif\0\0'), ...tiff]
}

function ascii(text: string): number[] {
  return Array.from(text, (one) => one.charCodeAt(0))
}

function fieldsOf(bytes: Uint8Array<ArrayBuffer>, from: 'camera' | 'gallery' | undefined, made_at: number) {
  return preparePhoto(new File([bytes], 'a.jpg', { type: 'image/jpeg', lastModified: made_at }), about, AT, from).then((photo) => photoFact(photo, about, AT).fields)
}

test('a photo says which button it came by, unless the file is older than that', async () => {
  const taken = async (from: 'camera' | 'gallery' | undefined, minutes: number) => (await fieldsOf(jpeg(), from, AT - minutes * MINUTE_MS)).taken
  expect([await taken('camera', 0), await taken('gallery', 0), await taken(undefined, 0)]).toEqual(['camera', 'gallery', undefined])
  expect([await taken('camera', 6), await taken(undefined, 6)]).toEqual(['gallery', 'gallery'])
})

test('a photo says the hash of the file as it was given and the time that its camera wrote into it', async () => {
  const given = jpeg('2026:11:23 10:29:30')
  const original_sha256 = await sha256(given.buffer)
  expect(await fieldsOf(given, 'camera', AT)).toMatchObject({ original_sha256, exif_at: AT - 30_000 })
  expect(await fieldsOf(jpeg(), 'camera', AT)).not.toHaveProperty('exif_at')
})

test('what it shows and what it was asked for go with it', async () => {
  const photo = await preparePhoto(new File([jpeg()], 'a.jpg', { lastModified: AT }), about, AT, 'camera')
  expect(photoFact({ ...photo, shows: 'display', prompt_id: 'front' }, about, AT).fields).toMatchObject({ shows: 'display', prompt_id: 'front' })
})

test('a photo that lay in a draft says for how long, never less than nothing or more than the server takes', async () => {
  vi.useFakeTimers({ now: AT, toFake: ['Date'] })
  const photo = await preparePhoto(new File([jpeg()], 'a.jpg', { lastModified: AT }), about, AT, 'camera')
  const lag = (ms: number) => photoFact(photo, about, AT + ms).fields.lag_s
  expect([lag(3 * 3600_000), lag(400), lag(-MINUTE_MS), lag(40 * 86_400_000)]).toEqual([3 * 3600, undefined, undefined, 30 * 86_400])
  vi.setSystemTime(AT + 2 * MINUTE_MS)
  expect(photoFact(photo, about).fields.lag_s).toBe(120)
})

test('what the phone cannot shrink is held to the limits of the server at once, and told by its name', async () => {
  const told = (...bytes: BlobPart[]) => preparePhoto(new File(bytes, 'a.jpg', { lastModified: AT }), about, AT, 'camera').then(() => 'kept', (error: Error) => error.message)
  expect(await told(jpeg('', 6000, 5000))).toBe('kept')
  expect(await told(jpeg('', 6001, 5000))).toBe('too_many_pixels')
  expect(await told(jpeg('', 20_000, 1000))).toBe('kept')
  expect(await told(jpeg('', 20_001, 1000))).toBe('too_many_pixels')
  expect(await told('\0\0\0\x1cftypavif\0\0\0\0mif1avif')).toBe('avif')
  expect(await told('\0\0\0\x18ftypheic\0\0\0\0mif1heic')).toBe('heic')
})
