import type { Operation, OutboxDatabase } from './databases'

/** Of what no push could carry: no server has it, and none has a row about it. */
export const SET_ASIDE = 'set_aside'

/** As they were saved, units whole: what was set aside later has lower numbers. */
export async function setAsideIn(outbox: OutboxDatabase): Promise<Operation[]> {
  const aside = await outbox.operations.where('[state+settled]').equals(['refused', 0]).filter(({ receipt }) => receipt?.code === SET_ASIDE).toArray()
  return aside.sort((a, b) => a.saved_at - b.saved_at || b.unit - a.unit || a.seq - b.seq)
}

/** What is on this phone alone: what waits, and what was set aside until its person decides. */
export async function unsentIn(outbox: OutboxDatabase): Promise<Operation[]> {
  return [...(await setAsideIn(outbox)), ...(await outbox.operations.where('state').anyOf('waiting', 'sending').sortBy('seq'))]
}
