/**
 * A small tus 1.0.0 client: create, ask where it stands, send slices. The caller stores the upload's address, so bytes
 * already on the server are never sent again, whoever restarts. It never decides that bytes may be forgotten.
 */

export const SLICE_BYTES = 256 * 1024
const VERSION = { 'Tus-Resumable': '1.0.0' }
const PATIENCE = 4
/** Creating anew throws away bytes already paid for: after the second time the bytes themselves are the trouble. */
const CREATIONS = 2

export interface Parcel { photo_id: string; kind?: 'recording'; sha256: string; org: string; bytes: ArrayBuffer; upload_url: string | null }
export interface Wire {
  /** Where uploads are created, e.g. /photos/uploads. */
  endpoint: string
  credential: string
  fetch: typeof fetch
  /** Milliseconds to wait; the tests' clock need not. */
  pause(ms: number): Promise<void>
  /** Called before any byte is sent, and again when a lost upload is created anew. */
  remember(upload_url: string | null): Promise<void>
  progress(sent: number): void | Promise<void>
}
/** `sent`: every byte is there. `later`: network, a full or busy server. `refused`: this photo will never be taken. `signed_out`: the device may not. */
export type Outcome = { kind: 'sent' } | { kind: 'later' } | { kind: 'signed_out' } | { kind: 'refused'; code: string }

const LATER: Outcome = { kind: 'later' }
type Place = { url: string; offset: number }

/** Bring one photo's bytes to the server from wherever it stands. Never throws for an answer or a lost network. */
export async function upload(parcel: Parcel, wire: Wire): Promise<Outcome> {
  try {
    const place = await stand(parcel, wire)
    return 'kind' in place ? place : await sendFrom(place, parcel, wire)
  } catch (error) {
    // fetch reports a lost network as TypeError and a timeout as AbortError; anything else is a fault of ours.
    if (error instanceof TypeError || error instanceof DOMException) return LATER
    throw error
  }
}

async function stand(parcel: Parcel, wire: Wire): Promise<Place | Outcome> {
  if (!parcel.upload_url) return create(parcel, wire)
  const offset = await askOffset(parcel.upload_url, wire)
  if (typeof offset === 'number') return { url: parcel.upload_url, offset: Math.min(offset, parcel.bytes.byteLength) }
  return offset === 'gone' ? create(parcel, wire) : offset
}

async function create(parcel: Parcel, wire: Wire): Promise<Place | Outcome> {
  const metadata = { [`${parcel.kind ?? 'photo'}_id`]: parcel.photo_id, sha256: parcel.sha256, org: parcel.org }
  const answer = await wire.fetch(wire.endpoint, {
    method: 'POST', credentials: 'omit',
    headers: { ...headers(wire), 'Upload-Length': String(parcel.bytes.byteLength), 'Upload-Metadata': encoded(metadata) },
  })
  if (answer.status !== 201) return judged(answer)
  const location = answer.headers.get('Location')
  if (!location) return LATER
  const url = new URL(location, new URL(wire.endpoint, globalThis.location?.href ?? 'http://localhost')).pathname
  await wire.remember(url)
  return { url, offset: offsetOf(answer) ?? 0 }
}

async function sendFrom(start: Place, parcel: Parcel, wire: Wire): Promise<Outcome> {
  let here = start
  let patience = PATIENCE
  let created = 1
  await wire.progress(here.offset)
  while (here.offset < parcel.bytes.byteLength) {
    const step = await sendSlice(here, parcel, wire)
    if (typeof step === 'number') {
      here = { url: here.url, offset: step }
      patience = PATIENCE
    } else if (step === 'again') {
      patience -= 1
      if (patience < 0) return LATER
      await wire.pause(500 * 2 ** (PATIENCE - patience))
      const place = await stand({ ...parcel, upload_url: here.url }, wire)
      if ('kind' in place) return place
      if (place.url !== here.url && ++created > CREATIONS) return { kind: 'refused', code: 'hash_mismatch' }
      here = place
    } else return step
    await wire.progress(here.offset)
  }
  return { kind: 'sent' }
}

/** The new offset, `again` where asking the server where it stands will help, or the end of the matter. */
async function sendSlice({ url, offset }: Place, parcel: Parcel, wire: Wire): Promise<number | 'again' | Outcome> {
  const answer = await wire.fetch(url, {
    method: 'PATCH', credentials: 'omit', body: parcel.bytes.slice(offset, offset + SLICE_BYTES),
    headers: { ...headers(wire), 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' },
  })
  const next = offsetOf(answer)
  if (answer.status === 204 && next !== null && next > offset) return next
  // 409: our offset is old. 423: another writer holds it. 404, 410: it expired. 460: a slice was damaged on the way.
  return answer.status === 204 || [404, 409, 410, 423, 460].includes(answer.status) ? 'again' : judged(answer)
}

async function askOffset(url: string, wire: Wire): Promise<number | 'gone' | Outcome> {
  const answer = await wire.fetch(url, { method: 'HEAD', credentials: 'omit', headers: headers(wire) })
  // 460 on a whole upload: what arrived is not the photo. Only a new one can mend that.
  if ([404, 410, 460].includes(answer.status)) {
    await wire.remember(null)
    return 'gone'
  }
  const offset = offsetOf(answer)
  return answer.ok && offset !== null ? offset : judged(answer)
}

async function judged(answer: Response): Promise<Outcome> {
  if (answer.status === 401 || answer.status === 403) return { kind: 'signed_out' }
  if (answer.status === 413) return { kind: 'refused', code: 'too_large' }
  if (answer.status === 400 || answer.status === 415 || answer.status === 422) return { kind: 'refused', code: await codeOf(answer) }
  return LATER
}

async function codeOf(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => null)) as { error?: { code?: string } } | null
  return body?.error?.code ?? 'invalid'
}

function headers(wire: Wire): Record<string, string> {
  return { ...VERSION, Authorization: `Bearer ${wire.credential}` }
}

function offsetOf(answer: Response): number | null {
  const text = answer.headers.get('Upload-Offset')
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null
}

/** tus metadata: `key base64,key base64`. */
export function encoded(metadata: Record<string, string>): string {
  const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))
  return Object.entries(metadata).map(([key, value]) => `${key} ${base64(value)}`).join(',')
}
