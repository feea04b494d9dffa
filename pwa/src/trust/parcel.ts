import type { Operation, PendingPhoto } from '../phone/databases'
import type { Entry } from '../phone/journal'
import { Unfit } from './sealed'

/** One operation on its way from phone to phone: what it says, and which unit it belongs to. */
export type Carried = Pick<Operation, 'seq' | 'unit' | 'entity' | 'id' | 'root' | 'fields' | 'base' | 'cites' | 'captured_at' | 'saved_at'>
export type CarriedPhoto = Pick<PendingPhoto, 'id' | 'subject_id' | 'sha256' | 'bytes' | 'type' | 'kept_at' | 'blob'>
/** What is on one phone alone. `reserve` are units that its database refused. */
export interface Parcel { org_id: string; staff_id: string; name: string; made_at: number; operations: Carried[]; reserve: Entry[]; photos: CarriedPhoto[] }

const LENGTH_BYTES = 4

/** The length of a JSON text, the text, and the photos' bytes one after the other: nothing grows by a third. */
export function packed(parcel: Parcel): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify({ ...parcel, photos: parcel.photos.map(({ blob, ...photo }) => ({ ...photo, bytes: blob.byteLength })) }))
  const whole = new Uint8Array(LENGTH_BYTES + text.byteLength + parcel.photos.reduce((sum, { blob }) => sum + blob.byteLength, 0))
  new DataView(whole.buffer).setUint32(0, text.byteLength)
  whole.set(text, LENGTH_BYTES)
  let at = LENGTH_BYTES + text.byteLength
  for (const { blob } of parcel.photos) {
    whole.set(new Uint8Array(blob), at)
    at += blob.byteLength
  }
  return whole
}

/** Throws Unfit where the bytes are not what `packed` made. */
export function unpacked(whole: Uint8Array<ArrayBuffer>): Parcel {
  try {
    const length = new DataView(whole.buffer, whole.byteOffset).getUint32(0)
    const parcel = JSON.parse(new TextDecoder().decode(whole.subarray(LENGTH_BYTES, LENGTH_BYTES + length))) as Parcel
    let at = LENGTH_BYTES + length
    const photos = parcel.photos.map((photo) => ({ ...photo, blob: whole.slice(at, (at += photo.bytes)).buffer }))
    return { ...parcel, photos }
  } catch {
    throw new Unfit('torn')
  }
}
