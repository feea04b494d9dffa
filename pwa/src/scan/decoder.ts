/** The worker that reads: the first question brings where the WebAssembly is, each other one a picture. */

import { prepareZXingModule, readBarcodes, type ReaderOptions, type ReadResult } from 'zxing-wasm/reader'
import { FORMATS, QR, type Format } from './item'
import { treated, type Pixels, type Treatment } from './pixels'
import type { Code } from './reader'

export interface Question { nth: number; wasm?: string; picture?: Pixels; treatment?: Treatment }
/** Without `codes`: this reader cannot be used. */
export interface Answer { nth: number; codes?: Code[] }

const NAMES: Record<Format, string> = { qr_code: 'QRCode', ean_13: 'EAN13', ean_8: 'EAN8', upc_a: 'UPCA', upc_e: 'UPCE', code_128: 'Code128' }
/** Bars must say the same on three lines: two may agree by chance in wood and in print. */
const HOW = { textMode: 'Plain', minLineCount: 3 } as const satisfies ReaderOptions

self.onmessage = async ({ data: { nth, wasm, picture, treatment } }: MessageEvent<Question>) => {
  const answer: Answer = { nth }
  try {
    if (wasm) await load(wasm)
    answer.codes = picture ? await codesIn(picture, treatment) : []
  } catch {
    // A worker that has no WebAssembly, or has lost it.
  }
  self.postMessage(answer)
}

/** Fetched here: by itself it would ask a public network that a shop may not reach, and shout where there is none. */
async function load(wasm: string): Promise<void> {
  const answer = await fetch(wasm)
  if (!answer.ok) throw new Error(`reader: ${answer.status}`)
  await prepareZXingModule({ overrides: { wasmBinary: await answer.arrayBuffer() }, fireImmediately: true })
}

async function codesIn(picture: Pixels, treatment?: Treatment): Promise<Code[]> {
  const { data, width, height } = treatment ? treated(picture, treatment) : picture
  const formats = (treatment ? [QR] : [...FORMATS]).map((format) => NAMES[format as Format]) as NonNullable<ReaderOptions['formats']>
  const results = await readBarcodes(new ImageData(data, width, height), { ...HOW, formats })
  return results.filter(({ isValid }) => isValid).map((result) => codeOf(result, picture))
}

function codeOf({ text, format, position }: ReadResult, { width, height }: Pixels): Code {
  const corners = [position.topLeft, position.topRight, position.bottomLeft, position.bottomRight]
  const middle = (axis: 'x' | 'y') => corners.reduce((sum, corner) => sum + corner[axis], 0) / corners.length
  return { text, format: FORMATS.find((each) => NAMES[each] === format) ?? QR, x: middle('x') / width, y: middle('y') / height }
}
