/** From what was heard to what the outbox keeps, and what a list of recordings shows. */

import type { Recording, Seen } from '../model'
import { ownOutbox } from '../phone/databases'
import type { Draft, PendingPhoto } from '../phone/outbox'
import { sha256 } from '../photos/hash'
import { stageOf, type Kept, type Stage } from '../photos/strip'
import { newId } from '../sync/uuid7'
import type { Taken } from './recorder'

export interface Spoken extends PendingPhoto { kind: 'recording'; duration_ms: number }

/** A recording ready to be saved: its bytes travel on the photos' queue. */
export async function spokenOf({ bytes, type, duration_ms }: Taken, subject_id: string, at: number): Promise<Spoken> {
  return {
    id: newId(at), kind: 'recording', subject_id, sha256: await sha256(bytes), bytes: bytes.byteLength, blob: bytes, type,
    upload_url: null, sent_bytes: 0, state: 'waiting', kept_at: at, duration_ms,
  }
}

/** The `recording` fact that belongs in the same unit as its bytes. */
export function recordingFact({ id, sha256, bytes, duration_ms }: Spoken, subject_id: string, customer_id: string): Draft {
  return { entity: 'recording', id, fields: { subject_id, customer_id, sha256, bytes, duration_ms } }
}

export interface Heard { id: string; stage: Stage; reason: string | null; duration_ms: number; sent: number; bytes: number }

/** Recordings of one subject, oldest first. Pure. */
export function heard(rows: Seen<Recording>[], kept: Kept[]): Heard[] {
  const here = new Map(kept.map((one) => [one.id, one]))
  return [...rows].sort((a, b) => a.captured_at - b.captured_at || (a.id < b.id ? -1 : 1)).map(({ id, body }) => {
    const stage = stageOf(body, here.get(id))
    const sent = stage === 'stored' ? body.bytes : (here.get(id)?.sent_bytes ?? 0)
    return { id, stage, reason: body.reason ?? null, duration_ms: body.duration_ms, sent, bytes: body.bytes }
  })
}

/** The bytes on this phone, until the server has them; null after that, and on every other phone. */
export async function soundHere(id: string): Promise<Blob | null> {
  const kept = await ownOutbox().photos.get(id)
  return kept && kept.blob.byteLength > 0 ? new Blob([kept.blob], { type: kept.type }) : null
}

const REFUSALS = ['too_large', 'not_a_recording', 'recording_broken', 'recording_too_long', 'hash_mismatch'] as const

/** The name of the sentence that says why a recording was refused. */
export function refusalOf(reason: string | null): 'refused_why' | `refused_${(typeof REFUSALS)[number]}` {
  const known = REFUSALS.find((one) => one === reason)
  return known ? `refused_${known}` : 'refused_why'
}

/** "0:07" */
export function lengthText(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
