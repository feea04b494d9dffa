import type { Operation, OutboxDatabase } from './databases'
import { renumbered } from './renumbered'

/** Of what no push could carry: no server has it, and none has a row about it. */
export const SET_ASIDE = 'set_aside'

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

/** As they were saved, units whole: what was set aside later has lower numbers. */
export async function setAsideIn(outbox: OutboxDatabase): Promise<Operation[]> {
  const aside = await outbox.operations.where('[state+settled]').equals(['refused', 0]).filter(({ receipt }) => receipt?.code === SET_ASIDE).toArray()
  return aside.sort((a, b) => a.saved_at - b.saved_at || b.unit - a.unit || a.seq - b.seq)
}

/** What is on this phone alone: what waits, and what was set aside until its person decides. */
export async function unsentIn(outbox: OutboxDatabase): Promise<Operation[]> {
  return [...(await setAsideIn(outbox)), ...(await outbox.operations.where('state').anyOf('waiting', 'sending').sortBy('seq'))]
}

function waits({ state }: Operation): boolean {
  return state === 'waiting' || state === 'sending'
}
