import type { Collision, Ruling } from '../../model'
import type { Operation } from '../databases'
import { fieldsOf, type Layer } from './layer'

/** A collision that was ruled asks nobody any more. */
export function mirrorCollision(op: Operation, layer: Layer<Collision>): void {
  if (op.entity !== 'ruling') return
  const { collision_id, choice, share = 50, wish = 'none', wish_note = '' } = fieldsOf<Ruling>(op)
  const row = layer.get(String(collision_id))
  if (!row || !choice) return
  const one = choice === 'one' ? 100 : choice === 'other' ? 0 : share
  const shares = { [row.body.one.staff_id]: one, [row.body.other.staff_id]: 100 - one }
  layer.change(row.id, op, { state: choice, shares, wish, wish_note, ruled_by: layer.viewer.staff_id, ruled_at: op.captured_at })
}
