/** Ids that turned out to be another record: an outcome said `duplicate of`. */
export type Aliases = ReadonlyMap<string, string>

/** The record an id stands for, through any number of merges. */
export function resolved(aliases: Aliases, id: string): string {
  let at = id
  for (let steps = 0; steps < 16; steps += 1) {
    const next = aliases.get(at)
    if (!next || next === at) return at
    at = next
  }
  return at
}
