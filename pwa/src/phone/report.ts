import type { OutboxDatabase } from './databases'

/** What this phone says of itself with each pull, so that a manager sees work that is stuck here. */
export interface Report { pending: number; oldest_at: number | null; photos: number }

/** How one outbox stands: operations not yet received, this phone's clock when the oldest was saved, photos to upload. */
export async function reportOf(outbox: OutboxDatabase): Promise<Report> {
  const unsent = await outbox.operations.where('state').anyOf('waiting', 'sending').toArray()
  const photos = await outbox.photos.where('state').anyOf('waiting', 'sending').count()
  const oldest = unsent.reduce((least, op) => Math.min(least, op.captured_at), Infinity)
  return { pending: unsent.length, oldest_at: unsent.length ? oldest : null, photos }
}
