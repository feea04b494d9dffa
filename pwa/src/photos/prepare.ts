/** From a camera file to what the outbox keeps: fresh bytes, their hash, a thumbnail. One photo at a time. */

import type { Photo, Shows } from '../model'
import type { PendingPhoto } from '../phone/outbox'
import { mindSpace } from '../phone/room'
import { newId } from '../sync/uuid7'
import { drawPhoto, drawThroughImage, type Drawn } from './draw'
import type { Fault } from './faults'
import { sha256 } from './hash'
import { storedSize } from './shape'

/** The server's limits for one photo. */
export const MAX_BYTES = 12 * 1024 * 1024
const MAX_PIXELS = 30_000_000
const MAX_EDGE = 20_000
const FRESH_MS = 5 * 60_000
const WORKER_MS = 20_000
const HEAD_BYTES = 256 * 1024

/** A photo ready to be saved: the outbox's row, and what its fact says beside. `thumb` is base64 JPEG or ''; `prompt_id` what it was asked for. */
export interface TakenPhoto extends PendingPhoto, Origin { width: number; height: number; thumb: string; prompt_id?: string; shows?: Shows }
/** How it came about: drawing it anew leaves nothing of this. */
export type Origin = Pick<Photo, 'taken' | 'original_sha256' | 'exif_at'>
export interface About { subject_id: string; customer_id: string | null; kind: Photo['kind'] }

export class Unreadable extends Error {
  constructor(readonly code: 'unreadable' | 'too_large' | 'no_room' | 'heic' | 'avif' | Fault) {
    super(code)
  }
}

let last: Promise<unknown> = Promise.resolve()

/** Waits for the photo before it, so a 3 GB phone never decodes two at once. Throws `Unreadable`. */
export function preparePhoto(file: File, about: About, at: number, from?: Photo['taken']): Promise<TakenPhoto> {
  const next = last.then(() => prepare(file, about, at, from))
  last = next.catch(() => undefined)
  return next
}

async function prepare(file: File, about: About, at: number, from: Photo['taken']): Promise<TakenPhoto> {
  // Turned away before it takes the room that words need.
  if ((await mindSpace()) === 'words_only') throw new Unreadable('no_room')
  const given = await readWhole(file)
  // A piece of the app that did not load must not cost the photo.
  const faults = await import('./faults').catch(() => null)
  const fault = faults?.faultOf(new Uint8Array(given))
  if (fault) throw new Unreadable(fault)
  const origin = await originOf(given, file.lastModified, at, from)
  const drawn = (await inWorker(file)) ?? (await onPage(file)) ?? untouched(file, new Uint8Array(given), faults?.kindOf)
  // iOS loses blobs that still point at the camera's file: only bytes read into memory are kept.
  const bytes = await drawn.picture.arrayBuffer()
  if (bytes.byteLength > MAX_BYTES) throw new Unreadable('too_large')
  return {
    id: newId(at), subject_id: about.subject_id, sha256: await sha256(bytes),
    bytes: bytes.byteLength, blob: bytes, type: drawn.picture.type || 'image/jpeg', upload_url: null, sent_bytes: 0,
    state: 'waiting', kept_at: at, width: drawn.width, height: drawn.height, thumb: await base64(drawn.thumb), ...origin,
  }
}

/** A photo that lies in a cloud, or was deleted while it was being picked, is named and not there. */
function readWhole(file: File): Promise<ArrayBuffer> {
  return file.arrayBuffer().catch(() => { throw new Unreadable('unreadable') })
}

/** A button for the camera opens files where there is no camera: what is not fresh was not taken just now. */
async function originOf(bytes: ArrayBuffer, made_at: number, at: number, from: Photo['taken']): Promise<Origin> {
  const exif_at = await import('./exif').then(({ takenAt }) => takenAt(new Uint8Array(bytes, 0, Math.min(bytes.byteLength, HEAD_BYTES))), () => null)
  const taken = at - made_at > FRESH_MS ? 'gallery' : from
  return { original_sha256: await sha256(bytes), ...(taken && { taken }), ...(exif_at !== null && { exif_at }) }
}

function inWorker(file: Blob): Promise<Drawn | null> {
  if (typeof Worker !== 'function' || typeof OffscreenCanvas !== 'function') return Promise.resolve(null)
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    const end = (drawn: Drawn | null) => {
      clearTimeout(timer)
      worker.terminate()
      resolve(drawn)
    }
    const timer = setTimeout(() => end(null), WORKER_MS)
    worker.onmessage = ({ data }: MessageEvent<{ drawn?: Drawn }>) => end(data.drawn ?? null)
    worker.onerror = () => end(null)
    worker.postMessage({ file })
  })
}

async function onPage(file: Blob): Promise<Drawn | null> {
  return drawPhoto(file).catch(() => drawThroughImage(file)).catch(() => null)
}

/** Nothing here could draw it; the server can. Only files that say they are a picture it takes. */
function untouched(file: Blob, bytes: Uint8Array, kindOf?: (bytes: Uint8Array) => string): Drawn {
  const kind = kindOf?.(bytes)
  if (kind === 'heic' || kind === 'avif') throw new Unreadable(kind)
  const size = storedSize(bytes.subarray(0, HEAD_BYTES))
  if (!size) throw new Unreadable('unreadable')
  if (size.width * size.height > MAX_PIXELS || Math.max(size.width, size.height) > MAX_EDGE) throw new Unreadable('too_many_pixels')
  return { ...size, picture: file, thumb: new Blob() }
}

async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer())
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}
