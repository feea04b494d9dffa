import { liveQuery, type Observable } from 'dexie'
import { ownOutbox, type Operation } from '../phone/databases'
import { deviceOf } from '../phone/outbox'

export interface OutboxState {
  device: string
  waiting: Operation[]
  refused: Operation[]
  /** newest first, at most 30 */
  receipts: Operation[]
  received: number
}
const SHOWN = 30

/** This person's own outbox as the Sync screen tells it; live. */
export function outboxState(): Observable<OutboxState> {
  const outbox = ownOutbox()
  const device = deviceOf(outbox)
  return liveQuery(async () => {
    const waiting = await outbox.operations.where('state').anyOf('waiting', 'sending').sortBy('seq')
    const judged = (await outbox.operations.where('state').anyOf('sent', 'refused').sortBy('seq')).reverse()
    const received = ((await outbox.meta.get('sent_total'))?.value as number | undefined) ?? 0
    return { waiting, refused: judged.filter((op) => op.state === 'refused' && !op.settled), receipts: judged.sort((a, b) => (b.receipt?.at ?? 0) - (a.receipt?.at ?? 0) || b.seq - a.seq).slice(0, SHOWN), received, device: await device }
  })
}
