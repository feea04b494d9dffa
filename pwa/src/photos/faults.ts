/** What a file is that was given for a photo, and why it cannot be one: seen before it is drawn. Pure. */

import { storedSize } from './shape'

/** Beyond this a phone of 3 GB is killed while it decodes. */
const MOST_PIXELS = 64_000_000
const HEAD_BYTES = 256 * 1024
const PNG_END = 0x49454e44
export type Fault = 'empty' | 'animated' | 'drawing' | 'document' | 'not_a_photo' | 'cut' | 'too_many_pixels'
type Kind = 'jpeg' | 'png' | 'webp' | 'heic' | 'avif' | 'gif' | 'svg' | 'pdf' | 'other'

/** By its first bytes, whatever its name says. */
export function kindOf(bytes: Uint8Array): Kind {
  const text = String.fromCharCode(...bytes.subarray(0, 256))
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg'
  if (text.startsWith('\x89PNG')) return 'png'
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'webp'
  const brands = text.slice(4, 8) === 'ftyp' ? text.slice(8, 40) : ''
  if (/avi[fs]/.test(brands)) return 'avif'
  if (/hei[cfmsvx]|hev|mif1|msf1/.test(brands)) return 'heic'
  if (text.startsWith('GIF8')) return 'gif'
  if (text.includes('%PDF-')) return 'pdf'
  return /^\s*(\xef\xbb\xbf)?\s*<(\?xml|!--|!DOCTYPE svg|svg)/i.test(text) ? 'svg' : 'other'
}

/** Null where it is worth trying. What a browser may be able to open, such as HEIC or AVIF, is. */
export function faultOf(bytes: Uint8Array): Fault | null {
  if (bytes.length === 0) return 'empty'
  const kind = kindOf(bytes)
  if (kind === 'gif') return 'animated'
  if (kind === 'svg') return 'drawing'
  if (kind === 'pdf') return 'document'
  if (kind === 'other') return 'not_a_photo'
  const size = storedSize(bytes.subarray(0, HEAD_BYTES))
  if (size && size.width * size.height > MOST_PIXELS) return 'too_many_pixels'
  return CUTS[kind]?.(bytes) ? 'cut' : null
}

/** A download or a copy that was broken off. Browsers draw what is there, with a grey or black rest. */
const CUTS: Partial<Record<Kind, (bytes: Uint8Array) => boolean>> = { jpeg: isCutJpeg, png: isCutPng, webp: isCutWebp }

function isCutPng(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 8
  while (at + 8 <= bytes.length) {
    if (view.getUint32(at + 4) === PNG_END) return false
    at += 12 + view.getUint32(at)
  }
  return true
}

function isCutWebp(bytes: Uint8Array): boolean {
  return bytes.length < 8 + new DataView(bytes.buffer, bytes.byteOffset, 8).getUint32(4, true)
}

/** No end after the picture's data began. */
function isCutJpeg(bytes: Uint8Array): boolean {
  let at = 2
  while (at + 4 < bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda) {
    at += bytes[at + 1] === 0xff ? 1 : 2 + (bytes[at + 2]! << 8 | bytes[at + 3]!)
  }
  if (at + 4 >= bytes.length) return true
  // What is not as it should be is for the decoder to judge.
  if (bytes[at] !== 0xff) return false
  for (let end = bytes.length - 2; end > at; end -= 1) if (bytes[end] === 0xff && bytes[end + 1] === 0xd9) return false
  return true
}
