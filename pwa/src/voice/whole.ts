/* A recorder that died wrote its last second in part. What players and the server read ends with the last part that is whole. */

const SEGMENT = 0x18538067
const CLUSTER = 0x1f43b675

/** The bytes up to the last whole element, fragment or page; none where not even the first is. */
export function wholeOf(bytes: ArrayBuffer, type: string): ArrayBuffer {
  const end = type === 'audio/webm' ? endInWebm : type === 'audio/mp4' ? endInMp4 : endInOgg
  return bytes.slice(0, end(new DataView(bytes)))
}

/** Segments and clusters have no size while they are written: only what is in them counts. */
function endInWebm(data: DataView): number {
  let [at, whole] = [0, 0]
  while (at < data.byteLength) {
    const name = numberAt(data, at)
    const size = name && numberAt(data, name.end)
    if (!size) break
    const isOpen = name.raw === SEGMENT || name.raw === CLUSTER
    at = isOpen ? size.end : size.end + size.value
    if (at > data.byteLength) break
    if (!isOpen) whole = at
  }
  return whole
}

/** A number of EBML: its leading zeros say how long it is. `raw` has them, `value` has not. */
function numberAt(data: DataView, at: number): { raw: number; value: number; end: number } | null {
  const length = at < data.byteLength ? Math.clz32(data.getUint8(at)) - 23 : 0
  if (length < 1 || length > 8 || at + length > data.byteLength) return null
  let raw = 0
  for (let nth = 0; nth < length; nth += 1) raw = raw * 256 + data.getUint8(at + nth)
  return { raw, value: raw - 2 ** (7 * length), end: at + length }
}

/** A fragment is of use with its sound. */
function endInMp4(data: DataView): number {
  let [at, whole] = [0, 0]
  while (at + 16 <= data.byteLength) {
    const size = data.getUint32(at) === 1 ? Number(data.getBigUint64(at + 8)) : data.getUint32(at)
    const isSound = data.getUint32(at + 4) === 0x6d646174
    at += size
    if (size < 8 || at > data.byteLength) break
    if (isSound) whole = at
  }
  return whole
}

function endInOgg(data: DataView): number {
  let at = 0
  while (at + 27 <= data.byteLength) {
    const count = data.getUint8(at + 26)
    if (at + 27 + count > data.byteLength) break
    let end = at + 27 + count
    for (let nth = 0; nth < count; nth += 1) end += data.getUint8(at + 27 + nth)
    if (end > data.byteLength) break
    at = end
  }
  return at
}
