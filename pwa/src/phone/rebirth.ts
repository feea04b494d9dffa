import { newId } from '../sync/uuid7'
import { backOff } from './answers'
import type { OutboxDatabase } from './databases'
import type { Drained } from './push'

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
 * and numbers what still waits from 1. Ids of rows stay, so nothing is made twice.
 */
export async function rebirth(outbox: OutboxDatabase): Promise<Drained> {
  await outbox.transaction('rw', outbox.operations, outbox.meta, async () => {
    const waiting = await outbox.operations.where('state').anyOf('waiting', 'sending').sortBy('seq')
    const others = await outbox.operations.where('state').anyOf('sent', 'refused').sortBy('seq')
    await outbox.operations.clear()
    const units = new Map<number, number>()
    const renumbered = waiting.map((op, i) => {
      if (!units.has(op.unit)) units.set(op.unit, i + 1)
      return { ...op, seq: i + 1, unit: units.get(op.unit)!, state: 'waiting' as const }
    })
    // Old receipts are kept out of the way of the new numbers.
    const kept = others.map((op, i) => ({ ...op, seq: -others.length + i, unit: -others.length + i }))
    await outbox.operations.bulkAdd([...kept, ...renumbered])
    await outbox.meta.bulkPut([{ key: 'device', value: newId() }, { key: 'next_seq', value: renumbered.length + 1 }])
    await outbox.meta.bulkDelete(['credential', 'contact_at'])
  })
  return { meaning: 'ack', wait_ms: 0, code: 'reborn' }
}
