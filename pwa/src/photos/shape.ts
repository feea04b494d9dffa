/** Sizes and checks of pictures, without decoding them. Pure. */

export interface Size { width: number; height: number }

/** The largest size of this shape whose long edge is at most `edge`; never enlarges. */
export function within({ width, height }: Size, edge: number): Size {
  const scale = Math.min(1, edge / Math.max(width, height, 1))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** Width and height as stored (before orientation) from the head of a JPEG, PNG or WebP file; null when unknown. */
export function storedSize(bytes: Uint8Array): Size | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length > 24 && view.getUint32(0) === 0x89504e47) return { width: view.getUint32(16), height: view.getUint32(20) }
  if (bytes.length > 4 && view.getUint16(0) === 0xffd8) return jpegSize(view)
  if (bytes.length > 30 && view.getUint32(0) === 0x52494646 && view.getUint32(8) === 0x57454250) return webpSize(view)
  return null
}

function jpegSize(view: DataView): Size | null {
  let at = 2
  while (at + 9 < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return null
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) { at += 1; continue }
    if (isFrame(marker)) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
    at += 2 + view.getUint16(at + 2)
  }
  return null
}

/** Start-of-frame markers C0–CF, without the tables C4, C8 and CC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

function webpSize(view: DataView): Size | null {
  const kind = view.getUint32(12)
  if (kind === 0x56503858) return { width: 1 + three(view, 24), height: 1 + three(view, 27) }
  if (kind === 0x56503820) return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
  const bits = view.getUint32(21, true)
  return kind === 0x5650384c ? { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) } : null
}

function three(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
}

/**
 * A canvas over the phone's limit comes out wholly black or transparent and throws nothing. A photo of a dark room
 * still has noise, so only an exactly empty sample counts.
 */
export function looksBlank(rgba: ArrayLike<number>): boolean {
  for (let at = 0; at + 3 < rgba.length; at += 4) {
    const lit = (rgba[at] ?? 0) + (rgba[at + 1] ?? 0) + (rgba[at + 2] ?? 0)
    if (lit > 0 && (rgba[at + 3] ?? 0) > 0) return false
  }
  return true
}

/** Same picture, whichever way up: the shape after drawing must be the shape before, give or take rounding. */
export function sameShape(before: Size, after: Size): boolean {
  const ratio = ({ width, height }: Size) => Math.max(width, height) / Math.max(1, Math.min(width, height))
  return Math.abs(ratio(before) / ratio(after) - 1) < 0.02
}
