import type { Conflict, Refusal, Seen, Unmerge } from '../../model'
import type { Operation } from '../databases'
import { fieldsOf, type Layer } from './layer'

/** A refusal that was acknowledged or let through asks for nothing any more; one that was asked about or declined says so. */
export function mirrorRefusal(op: Operation, layer: Layer<Refusal>): void {
  const id = String(op.fields.refusal_id)
  const note = (op.fields.note as string | undefined) ?? null
  if (op.entity === 'acknowledgement') layer.drop(id)
  if (op.entity === 'appeal') for (const row of unitOf(id, layer)) layer.change(row.id, op, { state: 'asked', note, asked_at: op.captured_at })
  if (op.entity === 'release') for (const row of unitOf(id, layer)) answer(row.id, op, note, layer)
}

function answer(id: string, op: Operation, note: string | null, layer: Layer<Refusal>): void {
  if (op.fields.choice === 'apply') layer.drop(id)
  else layer.change(id, op, { state: 'declined', answer: note, answered_by: layer.viewer.staff_id, answered_at: op.captured_at })
}

/** What fell together is decided together. */
function unitOf(id: string, layer: Layer<Refusal>): Seen<Refusal>[] {
  const row = layer.get(id)
  if (!row) return []
  const [first, count] = row.body.unit ?? [row.body.seq, 1]
  return [...layer.all()].filter(({ body }) => body.device === row.body.device && body.seq >= first && body.seq < first + count)
}

/** A conflict is settled by keeping what stands, by a patch that cites it, or by taking the two records apart. */
export function mirrorConflict(op: Operation, layer: Layer<Conflict>): void {
  if (op.entity === 'resolution') layer.change(String(op.fields.conflict_id), op, { state: 'kept' })
  if (op.cites) layer.change(op.cites, op, { state: 'restored' })
  if (op.entity === 'unmerge') ended(op, layer)
}

function ended(op: Operation, layer: Layer<Conflict>): void {
  const { alias_id } = fieldsOf<Unmerge>(op)
  for (const { id, body } of [...layer.all()]) {
    if (body.state === 'open' && body.from_id === alias_id) layer.change(id, op, { state: 'ended' })
  }
}
