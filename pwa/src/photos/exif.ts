/** When the camera says it took a picture, read from the file before it is drawn anew. Pure; null where it says nothing sound. */

const ORIGINAL_TIME = 0x9003
const ORIGINAL_OFFSET = 0x9011
const EXIF_TABLE = 0x8769
const EXIF_NAME = 0x45786966

/** The time in ms, by the offset written beside it or else by this phone's zone. */
export function takenAt(bytes: Uint8Array): number | null {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const start = tiffStart(view)
    return start === null ? null : timeIn(new DataView(view.buffer, view.byteOffset + start, view.byteLength - start))
  } catch (error) {
    // Lengths that lead out of the file: what is broken tells nothing.
    if (error instanceof RangeError) return null
    throw error
  }
}

function tiffStart(view: DataView): number | null {
  if (view.getUint16(0) !== 0xffd8) return null
  let at = 2
  while (view.getUint8(at) === 0xff && view.getUint8(at + 1) !== 0xda) {
    if (view.getUint8(at + 1) === 0xe1 && view.getUint32(at + 4) === EXIF_NAME) return at + 10
    at += 2 + view.getUint16(at + 2)
  }
  return null
}

function timeIn(tiff: DataView): number | null {
  const little = tiff.getUint16(0) === 0x4949
  const table = entry(tiff, tiff.getUint32(4, little), EXIF_TABLE, little)
  if (table === null) return null
  const told = textAt(tiff, table, ORIGINAL_TIME, 19, little)
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(told)
  if (!parts) return null
  const offset = textAt(tiff, table, ORIGINAL_OFFSET, 6, little)
  const [, year, month, day, hour, minute, second] = parts
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${/^[+-]\d\d:\d\d$/.test(offset) ? offset : ''}`)
  return at >= 0 ? at : null
}

/** Where the value of a tag stands, or what it is if it is a number. */
function entry(tiff: DataView, table: number, tag: number, little: boolean): number | null {
  const count = tiff.getUint16(table, little)
  for (let n = 0; n < count; n += 1) {
    const at = table + 2 + n * 12
    if (tiff.getUint16(at, little) === tag) return tiff.getUint32(at + 8, little)
  }
  return null
}

function textAt(tiff: DataView, table: number, tag: number, length: number, little: boolean): string {
  const at = entry(tiff, table, tag, little)
  if (at === null) return ''
  return Array.from({ length }, (_, n) => String.fromCharCode(tiff.getUint8(at + n))).join('')
}
