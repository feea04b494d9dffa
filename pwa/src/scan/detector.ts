/**
 * One way to find QR codes in a picture. The browser's own detector is used where it reads QR codes, otherwise zxing
 * compiled to WebAssembly from this origin: the ponyfill's default address is a public network that a shop may not reach.
 */

import { BarcodeDetector, prepareZXingModule, purgeZXingModule } from 'barcode-detector/ponyfill'
import wasmAddress from 'zxing-wasm/reader/zxing_reader.wasm?url'

export type Picture = HTMLVideoElement | HTMLCanvasElement | ImageBitmap | Blob | ImageData
export interface Detector { detect(picture: Picture): Promise<{ rawValue: string }[]> }
interface NativeDetector { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> }

const QR = 'qr_code'

let made: Promise<Detector> | null = null

/** The detector of this session, ready to look. Throws `no_reader` when the WebAssembly is not on this phone and cannot come. */
export function detector(): Promise<Detector> {
  made ??= native().then((found) => found ?? wasmDetector())
  // A phone that was offline the first time must be able to try again.
  made.catch(() => (made = null))
  return made
}

async function native(): Promise<Detector | null> {
  const Native = (globalThis as { BarcodeDetector?: NativeDetector }).BarcodeDetector
  try {
    if (Native && (await Native.getSupportedFormats()).includes(QR)) return new Native({ formats: [QR] })
  } catch {
    // A browser that announces the interface without the service behind it.
  }
  return null
}

async function wasmDetector(): Promise<Detector> {
  const locateFile = (path: string, prefix: string) => (path.endsWith('.wasm') ? wasmAddress : prefix + path)
  try {
    await prepareZXingModule({ overrides: { locateFile }, fireImmediately: true })
  } catch (cause) {
    purgeZXingModule()
    throw new Error('no_reader', { cause })
  }
  return new BarcodeDetector({ formats: [QR] })
}
