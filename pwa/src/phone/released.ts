import type { Refusal, Release } from '../model'
import type { CacheDatabase, Operation, OutboxDatabase, Receipt, StoredRow } from './databases'
import { deviceOf } from './outbox'
import { placeOf } from './refused'
import { SET_ASIDE } from './unsent'

/** What was refused here and is not settled, by number. */
export async function refusedIn(outbox: OutboxDatabase): Promise<number[]> {
  return outbox.operations.where('[state+settled]').equals(['refused', 0]).primaryKeys()
}

/**
 * After a pull to the head: what was refused here and is no refusal any more asks for nothing. It was applied after all,
 * and a release says so, or its author decided on another phone. `known`: refused before the pull began.
 */
export async function settleRefused(outbox: OutboxDatabase, cache: CacheDatabase, known: number[]): Promise<void> {
  const refused = await outbox.operations.where('[state+settled]').equals(['refused', 0]).toArray()
  // What no row may hold, or no server has, has no row: its author alone decides.
  const open = refused.filter(({ seq, receipt }) => receipt && known.includes(seq) && ![SET_ASIDE, 'erased'].includes(receipt.code ?? ''))
  if (open.length === 0) return
  const device = await deviceOf(outbox)
  const rows = await cache.rows.where('entity').anyOf('refusal', 'release').toArray()
  const kept = new Set(rows.filter(({ entity }) => entity === 'refusal').map(({ body }) => placeOf(body as unknown as Refusal)))
  const place = ({ seq, receipt }: Operation) => placeOf({ device: receipt?.device ?? device, seq: receipt?.n ?? seq })
  const let_through = new Map(rows.filter(({ entity, body }) => entity === 'release' && isApplied(body as unknown as Release)).map((row) => [placeOf(row.body as unknown as Refusal), row]))
  const units = new Map(refused.filter((op) => let_through.has(place(op))).map((op) => [op.unit, let_through.get(place(op))!]))
  for (const op of open.filter((one) => !kept.has(place(one)))) await settle(outbox, op, units.get(op.unit))
}

/** A release that let something through; one that was not yet judged, or only tried, leaves the refusal where it is. */
export function isApplied({ choice, outcome }: Release): boolean {
  return choice === 'apply' && !!outcome && outcome !== 'refused'
}

async function settle(outbox: OutboxDatabase, op: Operation, release: StoredRow | undefined): Promise<void> {
  const receipt: Receipt = release ? { ...op.receipt, outcome: 'released', at: release.at, by: release.by, note: (release.body as unknown as Release).note } : { ...op.receipt!, rowless: true }
  await outbox.operations.update(op.seq, { settled: 1, receipt })
}
