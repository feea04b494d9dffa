import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { ZXING_WASM_SHA256 } from 'zxing-wasm/reader'
import { afterEach, expect, test, vi } from 'vitest'
import { native } from './reader'

afterEach(() => vi.unstubAllGlobals())

test('the WebAssembly we serve is the one the reader was built with: another loads and then finds nothing', () => {
  const file = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm')
  expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(ZXING_WASM_SHA256)
})

const PICTURE = { data: new Uint8ClampedArray(16), width: 2, height: 2 } as unknown as ImageData

/** A browser's detector with these formats; the codes it finds say for what it was asked. */
function browserWith(formats: string[]): void {
  vi.stubGlobal('ImageData', class { constructor(readonly data: Uint8ClampedArray, readonly width: number, readonly height: number) {} })
  vi.stubGlobal('BarcodeDetector', class {
    static getSupportedFormats = async () => formats
    constructor(readonly asked: { formats: string[] }) {}
    detect = async () => this.asked.formats.map((format) => ({ rawValue: format, format, boundingBox: { x: 1, y: 0, width: 1, height: 1 } }))
  })
}

test("the browser's own detector is asked for the bars it knows, and for QR codes only in a treated picture", async () => {
  browserWith(['aztec', 'qr_code', 'ean_13', 'code_128'])
  const reader = await native()
  expect((await reader!.look(PICTURE)).map(({ text }) => text)).toEqual(['qr_code', 'ean_13', 'code_128'])
  expect(await reader!.look(PICTURE, { treatment: 'even' })).toEqual([{ text: 'qr_code', format: 'qr_code', x: 0.75, y: 0.25 }])
})

test('a detector without QR codes, or without the service behind it, is not used', async () => {
  browserWith(['ean_13'])
  expect(await native()).toBeNull()
  vi.stubGlobal('BarcodeDetector', class { static getSupportedFormats = () => Promise.reject(new Error('no service')) })
  expect(await native()).toBeNull()
})
