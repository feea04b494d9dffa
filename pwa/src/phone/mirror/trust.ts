import type { Conflict, Refusal } from '../../model'
import type { Operation } from '../databases'
import type { Layer } from './layer'

/** A refusal that was acknowledged asks for nothing any more. */
export function mirrorRefusal(op: Operation, layer: Layer<Refusal>): void {
  if (op.entity === 'acknowledgement') layer.drop(String(op.fields.refusal_id))
}

/** A conflict is settled by keeping what stands, or by a patch that cites it. */
export function mirrorConflict(op: Operation, layer: Layer<Conflict>): void {
  if (op.entity === 'resolution') layer.change(String(op.fields.conflict_id), op, { state: 'kept' })
  if (op.cites) layer.change(op.cites, op, { state: 'restored' })
}
