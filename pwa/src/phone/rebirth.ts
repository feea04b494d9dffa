import { newId } from '../sync/uuid7'
import { backOff } from './answers'
import type { Operation, OutboxDatabase, Receipt } from './databases'
import type { Drained } from './push'
import { renumbered } from './renumbered'

/** The server expects an earlier number: what it lost is sent again, as far as this phone still holds it. */
export async function rewind(outbox: OutboxDatabase, next: number): Promise<Drained> {
  const missing = await outbox.operations.where('seq').aboveOrEqual(next).filter((op) => op.state === 'sent').toArray()
  const first = missing.concat(await outbox.operations.where('state').equals('waiting').toArray()).reduce((low, op) => Math.min(low, op.seq), Infinity)
  if (first !== next) return rebirth(outbox)
  await outbox.operations.bulkUpdate(missing.map((op) => ({ key: op.seq, changes: { state: 'waiting' as const, laid: 1 as const } })))
  return { meaning: 'later', wait_ms: backOff(1), code: 'gap' }
}

/**
 * This outbox is not the one the server knows by its name (restored from a backup, or copied): it takes a new identity
 * and numbers what still waits from 1, units whole. Ids of rows stay, so nothing is made twice.
 */
export async function rebirth(outbox: OutboxDatabase): Promise<Drained> {
  await outbox.transaction('rw', outbox.operations, outbox.photos, outbox.meta, async () => {
    const device = (await outbox.meta.get('device'))?.value as string | undefined
    const waiting = await outbox.operations.where('state').anyOf('waiting', 'sending').sortBy('seq')
    const others = await outbox.operations.where('state').anyOf('sent', 'refused').sortBy('seq')
    await outbox.operations.clear()
    // Old receipts are kept out of the way of the new numbers, those of an earlier life included.
    const kept = renumbered(others, -others.length).map((op, i) => ({ ...op, receipt: signed(others[i]!, device) }))
    await outbox.operations.bulkAdd([...kept, ...renumbered(waiting, 1).map((op) => ({ ...op, state: 'waiting' as const }))])
    // An upload belongs to the device that began it.
    await outbox.photos.where('state').anyOf('waiting', 'sending').modify({ upload_url: null, sent_bytes: 0, state: 'waiting' })
    await outbox.meta.bulkPut([{ key: 'device', value: newId() }, { key: 'next_seq', value: waiting.length + 1 }])
    await outbox.meta.bulkDelete(['credential', 'contact_at'])
  })
  return { meaning: 'auth', wait_ms: 0, code: 'reborn' }
}

/** A refusal is filed under the device and number it was sent with. */
function signed({ seq, state, receipt }: Operation, device: string | undefined): Receipt | null {
  return state === 'refused' && receipt ? { device, n: seq, ...receipt } : receipt
}
