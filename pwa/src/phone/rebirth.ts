import { newId } from '../sync/uuid7'
import { backOff } from './answers'
import type { Operation, OutboxDatabase, Receipt } from './databases'
import type { Drained } from './push'
import { SET_ASIDE } from './unsent'

/**
 * The server expects an earlier number: it was put back to an older state. What it lost waits again, as far as this phone
 * still holds it: what was received, and what was refused, for it lost that too. What its person discarded stays so.
 */
export async function rewind(outbox: OutboxDatabase, next: number): Promise<Drained> {
  const whole = await outbox.transaction('rw', outbox.operations, outbox.meta, async () => {
    const lost = await outbox.operations.where('seq').aboveOrEqual(next).filter(isLost).toArray()
    await outbox.operations.bulkUpdate(lost.map(({ seq }) => ({ key: seq, changes: { state: 'waiting' as const, laid: 1 as const, settled: 0 as const, receipt: null } })))
    const total = ((await outbox.meta.get('sent_total'))?.value as number | undefined) ?? 0
    await outbox.meta.put({ key: 'sent_total', value: Math.max(0, total - lost.filter(({ state }) => state === 'sent').length) })
    const waiting = await outbox.operations.where('state').anyOf('waiting', 'sending').sortBy('seq')
    // A number that is missing is never sent: then what waits goes under another name.
    return waiting.length > 0 && waiting.every(({ seq }, nth) => seq === next + nth)
  })
  return whole ? { meaning: 'later', wait_ms: backOff(1), code: 'gap' } : rebirth(outbox)
}

/** A pull comes before the greeting that tells: it may have been this server that had no row about a refusal. */
function isLost({ state, settled, receipt }: Operation): boolean {
  return state === 'sent' || (state === 'refused' && (!settled || receipt?.outcome === 'released' || receipt?.rowless === true))
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
    await outbox.meta.delete('contact_at')
  })
  return { meaning: 'auth', wait_ms: 0, code: 'reborn' }
}

/**
 * The server turns away every push with this unit in it, unjudged: it is put before its person like what was refused.
 * What waits behind it moves up, so that no number is left out; no server has judged anything under these numbers.
 */
export async function setAside(outbox: OutboxDatabase, unit: Operation[]): Promise<void> {
  const [first, last, at] = [unit[0]!.seq, unit.at(-1)!.seq, Date.now()]
  await outbox.transaction('rw', outbox.operations, outbox.meta, async () => {
    const device = (await outbox.meta.get('device'))?.value as string | undefined
    const behind = await outbox.operations.where('seq').above(last).filter(waits).sortBy('seq')
    // Out of the way of all numbers to come.
    const lowest = Math.min(1, (await outbox.operations.orderBy('seq').first())!.seq) - unit.length
    const aside = renumbered(unit, lowest).map((op) =>
      ({ ...op, state: 'refused' as const, laid: 0 as const, receipt: { outcome: 'refused' as const, at, code: SET_ASIDE, device, n: op.seq } }))
    await outbox.operations.bulkDelete([...unit, ...behind].map(({ seq }) => seq))
    await outbox.operations.bulkAdd([...aside, ...renumbered(behind, first).map((op) => ({ ...op, state: 'waiting' as const }))])
    await outbox.meta.put({ key: 'next_seq', value: first + behind.length })
  })
}

/** The same operations with numbers from `first` on, units whole. */
function renumbered(operations: Operation[], first: number): Operation[] {
  const units = new Map<number, number>()
  return operations.map((op, i) => {
    if (!units.has(op.unit)) units.set(op.unit, first + i)
    return { ...op, seq: first + i, unit: units.get(op.unit)! }
  })
}

/** A refusal is filed under the device and number it was sent with. */
function signed({ seq, state, receipt }: Operation, device: string | undefined): Receipt | null {
  return state === 'refused' && receipt ? { device, n: seq, ...receipt } : receipt
}

function waits({ state }: Operation): boolean {
  return state === 'waiting' || state === 'sending'
}
