import { madeAt } from '../sync/uuid7'
import type { OutboxDatabase } from './databases'
import { unsentIn } from './unsent'

/** What this phone says of itself with each pull, so that a manager sees work that is stuck here. */
export interface Report { pending: number; oldest_at: number | null; photos: number }

/** How one outbox stands: operations not yet received, photos to upload, and this phone's clock when the oldest of them was saved. */
export async function reportOf(outbox: OutboxDatabase): Promise<Report> {
  const unsent = await unsentIn(outbox)
  const photos = await outbox.photos.where('state').anyOf('waiting', 'sending').primaryKeys()
  const oldest = Math.min(...unsent.map(({ captured_at }) => captured_at), ...photos.map(madeAt))
  return { pending: unsent.length, oldest_at: Number.isFinite(oldest) ? oldest : null, photos: photos.length }
}

/** When the oldest of what is still on this phone alone was saved: an operation (set aside or not), a photo, or one of the `reserve`. */
export async function oldestUnsent(outbox: OutboxDatabase, reserve: number[] = []): Promise<number | null> {
  const operations = await unsentIn(outbox)
  // By their ids alone: this is asked at every change, and bytes are heavy.
  const photos = await outbox.photos.where('state').anyOf('waiting', 'sending').primaryKeys()
  const oldest = Math.min(...operations.map(({ saved_at }) => saved_at), ...photos.map(madeAt), ...reserve)
  return Number.isFinite(oldest) ? oldest : null
}
