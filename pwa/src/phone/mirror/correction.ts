import type { Correctable, Correction } from '../../model'
import type { Operation } from '../databases'
import { fieldsOf, type Layer } from './layer'

/** A correction of ours counts for its fact at once. */
export function mirrorCorrected(op: Operation, layer: Layer<Correctable>): void {
  const { fact_id, void: gone } = correctionOf(op) ?? {}
  if (fact_id) layer.change(fact_id, op, { corrected_by: op.id, void: Boolean(gone) })
}

/**
 * Operations as they count for what is derived from facts: what waits and was corrected counts as corrected, what was
 * voided not at all. Corrections of facts the server has come first, before the contacts that followed them.
 */
export function counted(operations: readonly Operation[]): readonly Operation[] {
  const last = new Map<string, Partial<Correction>>()
  for (const op of operations) {
    const correction = correctionOf(op)
    if (correction?.fact_id) last.set(correction.fact_id, correction)
  }
  if (last.size === 0) return operations
  const made = new Set(operations.filter(({ base }) => base === null).map(({ id }) => id))
  const [early, rest]: Operation[][] = [[], []]
  for (const op of operations) {
    const fact = correctionOf(op)?.fact_id
    if (fact && !made.has(fact)) early!.push(op)
    else if (!fact) rest!.push(...corrected(op, last.get(op.id)))
  }
  return [...early!, ...rest!]
}

function corrected(op: Operation, correction: Partial<Correction> | undefined): Operation[] {
  if (!correction || op.base !== null) return [op]
  return correction.void ? [] : [{ ...op, fields: { ...op.fields, ...correction.fields } }]
}

function correctionOf(op: Operation): (Partial<Correction> & Record<string, unknown>) | null {
  return op.entity === 'correction' && op.base === null ? fieldsOf<Correction>(op) : null
}
