/** What a row of photos shows: where each picture comes from and how far its bytes are. Pure. */

import type { Photo, PhotoFlag, Seen, Shows } from '../model'
import type { PendingPhoto } from '../phone/outbox'

export type Stage = 'waiting' | 'sending' | 'stored' | 'refused'
/** `srcs`: where its picture may be, to be tried in turn; not every phone can make a thumbnail. */
export interface Shown { id: string; stage: Stage; reason: string | null; srcs: string[]; here: boolean; sent: number; bytes: number; flags: PhotoFlag[]; shows: Shows | null }

const FLAGS: readonly PhotoFlag[] = ['gallery', 'older_than_visit', 'no_exif_time', 'reused', 'seen_again']
type Fact = Photo & { thumb?: string }
export type Kept = Pick<PendingPhoto, 'id' | 'state' | 'sent_bytes'> & { thumb?: string }

/** Photos of one subject, oldest first. `kept` are the bytes on this phone; without them the server's pictures are shown. */
export function shownPhotos(rows: Seen<Photo>[], kept: Kept[]): Shown[] {
  const here = new Map(kept.map((photo) => [photo.id, photo]))
  return [...rows].sort((a, b) => a.captured_at - b.captured_at || (a.id < b.id ? -1 : 1)).map((row) => shown(row, here.get(row.id)))
}

function shown({ id, body, pending }: Seen<Photo>, kept: Kept | undefined): Shown {
  const stage = stageOf(body, kept)
  // A receipt takes the thumbnail out of the row; the one beside the bytes still shows without a network.
  const thumb = (body as Fact).thumb || kept?.thumb
  const srcs = thumb ? [`data:image/jpeg;base64,${thumb}`] : pending ? [] : [`/photos/${id}/thumb`, ...(stage === 'stored' ? [`/photos/${id}/small`] : [])]
  const sent = stage === 'stored' ? body.bytes : kept?.sent_bytes ?? 0
  return { id, stage, reason: body.reason ?? null, srcs, here: kept !== undefined, sent, bytes: body.bytes, flags: flagsOf(body), shows: body.shows ?? null }
}

/** What stands where a picture should, once all its addresses failed: a phone without a network gets it later, others may not. */
export function absenceOf({ stage }: Pick<Shown, 'stage'>, reachable: boolean): 'refused' | 'not_here' | 'waiting' | 'not_shown' {
  if (stage === 'refused') return 'refused'
  return !reachable ? 'not_here' : stage === 'stored' ? 'not_shown' : 'waiting'
}

/** Until the server has answered, what this phone itself said; a flag of a newer server has no words here. */
function flagsOf({ flags, taken }: Photo): PhotoFlag[] {
  return flags?.filter((flag) => FLAGS.includes(flag)) ?? (taken === 'gallery' ? ['gallery'] : [])
}

/** Of a photo or a recording. */
export function stageOf(body: Pick<Photo, 'state'>, kept: Kept | undefined): Stage {
  if (body.state === 'refused' || kept?.state === 'refused') return 'refused'
  if (body.state === 'stored' || kept?.state === 'stored') return 'stored'
  return kept?.state === 'sending' || (kept && kept.sent_bytes > 0) ? 'sending' : 'waiting'
}

export interface Tally { sent: number; total: number; done_bytes: number; all_bytes: number; complete: boolean }

/** Refused photos are not waited for. */
export function tally(photos: Pick<Shown, 'stage' | 'sent' | 'bytes'>[]): Tally {
  const wanted = photos.filter(({ stage }) => stage !== 'refused')
  const sent = wanted.filter(({ stage }) => stage === 'stored').length
  const sum = (pick: (photo: (typeof wanted)[number]) => number) => wanted.reduce((total, photo) => total + pick(photo), 0)
  return { sent, total: wanted.length, done_bytes: sum((p) => p.sent), all_bytes: sum((p) => p.bytes), complete: sent === wanted.length }
}

const REFUSALS = ['too_large', 'not_a_picture', 'picture_broken', 'picture_animated', 'picture_too_heavy', 'hash_mismatch'] as const

/** The name of the sentence that says why a photo was refused, and what to do; a code of a newer server gets the general one. */
export function refusalOf(reason: string | null): 'refused_why' | `refused_${(typeof REFUSALS)[number]}` {
  const known = REFUSALS.find((one) => one === reason)
  return known ? `refused_${known}` : 'refused_why'
}

/** Bytes as MB with one decimal, never 0.0 for something. */
export function megabytes(bytes: number): string {
  return bytes === 0 ? '0' : Math.max(0.1, bytes / 1_000_000).toFixed(1)
}
