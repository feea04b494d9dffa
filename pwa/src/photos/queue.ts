/**
 * Bytes of photos and recordings on their way to the server, after the facts about them. One drain on the whole phone, oldest first;
 * a photo that cannot go now never holds up the next one's turn in a later drain.
 */

import { liveQuery, type Observable } from 'dexie'
import { outboxOf, ownOutbox, phoneDatabase, type OutboxDatabase, type PendingPhoto } from '../phone/databases'
import { keyOf, me } from '../phone/session'
import { mayCarry } from './carriage'
import { upload, type Outcome, type Wire } from './tus'

const ENDPOINT = '/photos/uploads'
const SLICE_PATIENCE_MS = 60_000
/** Delivered photos keep their thumbnail this long, so the timeline shows them without a network. */
const KEEP_MS = 7 * 86_400_000

/** Whose photos: their outbox, the organisation's code and the push credential of this device for them. */
export interface Errand {
  outbox: OutboxDatabase
  org: string
  credential: string
  /** Heeds that this phone may be set to wait for Wi-Fi; what must leave it now does not wait. */
  frugal?: boolean
}
/** `busy`: another tab is at it. `later`: something is still here and may go next time. */
export type Drained = 'done' | 'busy' | 'later' | 'signed_out'

/** Send what waits. Call it after the operations went out; safe to call at any time and from every tab. */
export async function drainPhotos(errand: Errand): Promise<Drained> {
  const run = () => drain(errand)
  if (!globalThis.navigator?.locks) return run()
  return navigator.locks.request('shopbell-photos', { ifAvailable: true }, (lock) => (lock ? run() : 'busy'))
}

async function drain(errand: Errand): Promise<Drained> {
  const { photos } = errand.outbox
  await photos.filter((photo) => photo.state === 'stored' && photo.kept_at < Date.now() - KEEP_MS).delete()
  const ids = await photos.where('state').anyOf('waiting', 'sending').primaryKeys()
  let left = 0
  for (const id of ids.sort()) {
    // A phone may leave its Wi-Fi between two photos.
    if (errand.frugal && !mayCarry()) return 'later'
    const photo = await photos.get(id)
    if (!photo) continue
    const outcome = await upload(parcelOf(photo, errand), wireOf(photo, errand))
    await keepOutcome(photo.id, outcome, errand)
    if (outcome.kind === 'signed_out') return 'signed_out'
    if (outcome.kind === 'later') left += 1
    // Without a network the others would only wait for the same silence.
    if (outcome.kind === 'later' && globalThis.navigator?.onLine === false) return 'later'
  }
  return left > 0 ? 'later' : 'done'
}

function parcelOf(photo: PendingPhoto, { org }: Errand) {
  return { photo_id: photo.id, kind: photo.kind, sha256: photo.sha256, org, bytes: photo.blob, upload_url: photo.upload_url }
}

function wireOf({ id }: PendingPhoto, { outbox, credential }: Errand): Wire {
  return {
    endpoint: ENDPOINT,
    credential,
    fetch: (address, init) => fetch(address, { ...init, signal: AbortSignal.timeout(SLICE_PATIENCE_MS) }),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    remember: (upload_url) => note(outbox, id, { upload_url }),
    progress: (sent_bytes) => note(outbox, id, { sent_bytes, state: 'sending' }),
  }
}

/** A phone too full to note how far a photo is sends it all the same: that makes room. */
async function note({ photos }: OutboxDatabase, id: string, change: Partial<PendingPhoto>): Promise<void> {
  await photos.update(id, change).catch((cause: unknown) => console.warn('not noted', cause))
}

/** The bytes leave the phone only when the server has judged them whole; a refused photo stays here to be seen. */
async function keepOutcome(id: string, outcome: Outcome, { outbox }: Errand): Promise<void> {
  if (outcome.kind === 'sent') await outbox.photos.update(id, { state: 'stored', blob: new ArrayBuffer(0) }).catch(() => outbox.photos.delete(id))
  else if (outcome.kind === 'refused' && outcome.code === 'erased') await outbox.photos.delete(id)
  else if (outcome.kind === 'refused') await outbox.photos.update(id, { state: 'refused' })
  else await note(outbox, id, { state: 'waiting' })
}

/** What this phone still knows of its own photos of one subject, without their bytes; live. */
export function keptPhotos(subject_id: string): Observable<Omit<PendingPhoto, 'blob'>[]> {
  return liveQuery(async () => (await ownOutbox().photos.where({ subject_id }).toArray()).map(({ blob: _, ...kept }) => kept))
}

/** Sends one's own now, by whatever network there is: somebody has just said so. */
export async function sendAnyway(): Promise<Drained> {
  const { org, staff_id } = me()
  const known = await phoneDatabase().people.get(keyOf(me()))
  return known?.credential ? drainPhotos({ outbox: outboxOf(org.id, staff_id), org: org.code, credential: known.credential }) : 'signed_out'
}

export interface Progress { photos: number; sent: number; bytes: number; sent_bytes: number; each: { id: string; bytes: number; sent_bytes: number }[] }

/** Photos not yet delivered and how far their bytes are, for the Sync screen; live. */
export function photoProgress(): Observable<Progress> {
  return liveQuery(async () => progressOf(await ownOutbox().photos.toArray()))
}

export function progressOf(photos: Pick<PendingPhoto, 'id' | 'state' | 'bytes' | 'sent_bytes'>[]): Progress {
  const open = photos.filter(({ state }) => state === 'waiting' || state === 'sending')
  const sum = (of: (photo: (typeof open)[number]) => number) => open.reduce((total, photo) => total + of(photo), 0)
  return { photos: open.length, sent: photos.filter(({ state }) => state === 'stored').length, bytes: sum((p) => p.bytes), sent_bytes: sum((p) => p.sent_bytes), each: open.map(({ id, bytes, sent_bytes }) => ({ id, bytes, sent_bytes })) }
}
