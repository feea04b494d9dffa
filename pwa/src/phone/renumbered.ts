import type { Operation } from './databases'

/** The same operations with numbers from `first` on, units whole. */
export function renumbered(operations: Operation[], first: number): Operation[] {
  const units = new Map<number, number>()
  return operations.map((op, i) => {
    if (!units.has(op.unit)) units.set(op.unit, first + i)
    return { ...op, seq: first + i, unit: units.get(op.unit)! }
  })
}
