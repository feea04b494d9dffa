import type { Candidate, Choice, Decision } from '../../model'
import type { Operation } from '../databases'
import { fieldsOf, type Layer } from './layer'

/** A pair that was decided asks nobody any more. */
export function mirrorCandidate(op: Operation, layer: Layer<Candidate>): void {
  if (op.entity !== 'decision') return
  const { candidate_id, choice } = fieldsOf<Decision>(op)
  layer.change(String(candidate_id), op, { state: choice as Choice, decided_by: layer.viewer.staff_id, decided_at: op.captured_at })
}
