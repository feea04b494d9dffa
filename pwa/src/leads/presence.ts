/** Who let two offers in a row pass and gets no more in turn. Pure; times are ms UTC. */

import type { Presence, Seen } from '../model'

/** Whoever is away now in these stores (null: wherever), the longest first. */
export function awayPeople(rows: Seen<Presence>[], store_ids: string[] | null, now: number): Seen<Presence>[] {
  return rows
    .filter(({ body }) => isAway(body, now) && (store_ids?.includes(body.store_id) ?? true))
    .sort((a, b) => (a.body.away_at ?? 0) - (b.body.away_at ?? 0))
}

/** This person's own row while they are away. */
export function ownAbsence(rows: Seen<Presence>[], staff_id: string, now: number): Seen<Presence> | undefined {
  return rows.find(({ body }) => body.staff_id === staff_id && isAway(body, now))
}

function isAway({ away_at, until }: Presence, now: number): boolean {
  return away_at !== null && until > now
}
