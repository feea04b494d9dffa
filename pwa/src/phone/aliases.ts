/** Ids that turned out to be another record. */
export type Aliases = ReadonlyMap<string, string>
/** What outcomes said (`duplicate of`), and which ids this phone has just made: no pulled row can speak of those yet. */
export interface Told { aliases: Aliases; fresh: ReadonlySet<string> }
/** Pulled records by id; each says itself which ids are part of it. */
export type Records = ReadonlyMap<string, { body: object }>

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

/** What outcomes said, put right by the records: other phones merge too, and an unmerge ends what was said. */
export function aliasesIn({ aliases, fresh }: Told, records: Records): Aliases {
  const known = new Map(aliases)
  for (const [id, of] of aliases) {
    const now = mergedIn(records.get(of)?.body)
    if (records.has(id) || (now && !now.includes(id) && !fresh.has(id))) known.delete(id)
  }
  for (const [id, { body }] of records) for (const alias of mergedIn(body) ?? []) known.set(alias, id)
  return known
}

/** The ids that are part of a record; undefined where it was never said. */
export function mergedIn(body: object | undefined): string[] | undefined {
  return (body as { merged_ids?: string[] } | undefined)?.merged_ids
}
