/**
 * One way to find codes in a picture. The browser's own detector is used where it reads QR codes, otherwise zxing
 * compiled to WebAssembly, in a worker of its own so that the page stays quick while a picture is hard to read.
 */

import wasmAddress from 'zxing-wasm/reader/zxing_reader.wasm?url'
import type { Answer, Question } from './decoder'
import { FORMATS, QR, type Format } from './item'
import { treated, type Pixels, type Treatment } from './pixels'

/** `x` and `y` are where its middle is, as shares of the picture. */
export interface Code { text: string; format: Format; x: number; y: number }
/** A treated picture is searched for QR codes only: in one that is sharpened, bars that nobody printed appear. */
export interface Way { treatment?: Treatment }
export interface Reader { look(picture: ImageData, way?: Way): Promise<Code[]> }

interface Detected { rawValue: string; format: string; boundingBox: { x: number; y: number; width: number; height: number } }
interface NativeDetector { new (options: { formats: string[] }): { detect(picture: ImageData): Promise<Detected[]> }; getSupportedFormats(): Promise<string[]> }

let made: Promise<Reader> | null = null

/** The reader of this session, ready to look. Throws `no_reader` when it is not on this phone and cannot come. */
export function reader(): Promise<Reader> {
  made ??= native().then((found) => found ?? inWorker())
  // A phone that was offline the first time must be able to try again.
  made.catch(() => (made = null))
  return made
}

/** Null where the browser has none, or one that announces itself without the service behind it. */
export async function native(): Promise<Reader | null> {
  const Native = (globalThis as { BarcodeDetector?: NativeDetector }).BarcodeDetector
  const can = await Native?.getSupportedFormats().catch(() => []) ?? []
  if (!Native || !can.includes(QR)) return null
  const all = new Native({ formats: FORMATS.filter((format) => can.includes(format)) })
  const qr = new Native({ formats: [QR] })
  return { look: async (picture, { treatment } = {}) => codesIn(picture, await (treatment ? qr.detect(imageOf(treated(picture, treatment))) : all.detect(picture))) }
}

function codesIn({ width, height }: Pixels, found: Detected[]): Code[] {
  return found.map(({ rawValue: text, format, boundingBox: box }) => ({
    text, format: format as Format, x: (box.x + box.width / 2) / width, y: (box.y + box.height / 2) / height,
  }))
}

function imageOf({ data, width, height }: Pixels): ImageData {
  return new ImageData(data, width, height)
}

async function inWorker(): Promise<Reader> {
  const worker = new Worker(new URL('./decoder.ts', import.meta.url), { type: 'module' })
  const asked = new Map<number, { resolve(codes: Code[]): void; reject(error: Error): void }>()
  let next = 0
  const end = (why: string) => asked.forEach(({ reject }) => reject(new Error(why)))
  worker.onmessage = ({ data: { nth, codes } }: MessageEvent<Answer>) => {
    if (codes) asked.get(nth)?.resolve(codes)
    else asked.get(nth)?.reject(new Error('no_reader'))
    asked.delete(nth)
  }
  worker.onerror = () => end('no_reader')
  const ask = (question: Omit<Question, 'nth'>) => new Promise<Code[]>((resolve, reject) => {
    asked.set((next += 1), { resolve, reject })
    worker.postMessage({ ...question, nth: next } satisfies Question, question.picture ? [question.picture.data.buffer] : [])
  })
  try {
    await ask({ wasm: new URL(wasmAddress, location.href).href })
  } catch (cause) {
    worker.terminate()
    throw cause
  }
  return { look: ({ data, width, height }, { treatment } = {}) => ask({ picture: { data, width, height }, treatment }) }
}
