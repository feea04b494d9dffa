import type { AnyBody, Correctable, Correction, Seen } from '../../model'

/** The corrections this phone knows, by their id. */
export type Corrections = ReadonlyMap<string, Seen<Correction>>

/** A fact as it is to be read: its own fields, those of the correction that counts laid over; null once it is void. */
export function effective<B extends Correctable>(fact: Seen<B>, corrections: Corrections): Seen<B> | null {
  if (fact.body.void) return null
  const counts = corrections.get(fact.body.corrected_by ?? '')
  return counts ? { ...fact, body: { ...fact.body, ...counts.body.fields } } : fact
}

/** Facts as they are to be read; those that are void are left out, uncorrected ones are the same objects. */
export function standing<B extends AnyBody>(facts: readonly Seen<B>[], corrections: Corrections = correctionsIn(facts)): Seen<B>[] {
  return facts.flatMap((fact) => effective(fact as Seen<B & Correctable>, corrections) ?? [])
}

export function correctionsIn(rows: readonly Seen<AnyBody>[]): Corrections {
  return correctionsOf(rows.filter(({ entity }) => entity === 'correction') as unknown as Seen<Correction>[])
}

export function correctionsOf(rows: readonly Seen<Correction>[]): Corrections {
  return new Map(rows.map((row) => [row.id, row]))
}
