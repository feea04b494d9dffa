import type { AnyBody, Bodies, Correctable, EntityName, Seen } from '../model'
import { correctionsIn, effective, standing, type Corrections } from '../phone/mirror/effective'
import { contactedAt } from '../phone/mirror/contact'
import { MINUTE_MS } from '../words/format'

/** What the timeline tells, of all that lives in a customer's tree. */
export const TOLD = [
  'arrival', 'acceptance', 'follow_up', 'visit', 'photo', 'recording', 'comment', 'conflict', 'reassignment',
  'closing', 'escalation',
] as const satisfies EntityName[]
export type Kind = (typeof TOLD)[number]
export interface Entry<K extends Kind = Kind> {
  kind: K
  /** As it is to be read; as it was written where it is void. */
  row: Seen<Bodies[K]>
  /** As it was written, and the correction that counts now, if this phone knows one. */
  original: Seen<Bodies[K]>
  correction: Seen<Bodies['correction']> | null
  void: boolean
  at: number
  by: string | null
  /** Photos and recordings made for this fact; those of the customer alone are one entry, at the newest. */
  photos: Seen<Bodies['photo']>[]
  recordings: Seen<Bodies['recording']>[]
}
type Attached = Pick<Entry, 'photos' | 'recordings'>

const NOTHING: Attached = { photos: [], recordings: [] }
const CLOCKS_DIFFER_MS = 2 * MINUTE_MS

/** The facts of one tree, newest first; photos and recordings are gathered under the fact they belong to. */
export function timelineOf(tree: Seen<AnyBody>[]): Entry[] {
  const [attached, corrections] = [gathered(tree), correctionsIn(tree)]
  const entries: Entry[] = []
  for (const row of tree) {
    if (row.entity === 'photo' || row.entity === 'recording' || !isTold(row)) continue
    entries.push(entryOf(row, attached.get(row.id) ?? NOTHING, corrections))
    attached.delete(row.id)
  }
  for (const alone of attached.values()) entries.push(attachedEntry(alone, corrections))
  return entries.sort((a, b) => b.at - a.at || (a.row.id < b.row.id ? 1 : -1))
}

/** Both clocks, where what was captured reached the server more than two minutes later. */
export function clocksOf(row: Seen<AnyBody>): { captured_at: number; received_at: number } | null {
  const { captured_at, received_at } = row
  if (received_at === null || received_at === undefined) return null
  return Math.abs(received_at - captured_at) > CLOCKS_DIFFER_MS ? { captured_at, received_at } : null
}

/** A lead of this tree that still needs an answer or a result, the newest first. */
export function openLead(tree: Seen<AnyBody>[]): Seen<Bodies['lead']> | undefined {
  return ofKind(tree, 'lead')
    .filter(({ body }) => body.state !== 'closed')
    .sort((a, b) => (b.body.received_at ?? b.at) - (a.body.received_at ?? a.at))[0]
}

/** The contacts of one tree as they are to be read, newest first. */
export function followUpsOf(tree: Seen<AnyBody>[]): Seen<Bodies['follow_up']>[] {
  return standing(ofKind(tree, 'follow_up'), correctionsIn(tree)).sort((a, b) => b.body.ended_at - a.body.ended_at)
}

export function ofKind<E extends EntityName>(tree: Seen<AnyBody>[], entity: E): Seen<Bodies[E]>[] {
  return tree.filter((row) => row.entity === entity) as unknown as Seen<Bodies[E]>[]
}

function isTold(row: Seen<AnyBody>): row is Seen<AnyBody> & { entity: Kind } {
  return (TOLD as readonly string[]).includes(row.entity)
}

function attachedEntry(alone: Attached, corrections: Corrections): Entry {
  const all: Seen<Bodies['photo'] | Bodies['recording']>[] = [...alone.photos, ...alone.recordings]
  const kept = all.filter(({ body }) => !body.void)
  const shown = kept.length ? kept : all
  return entryOf(shown.reduce((newest, one) => (one.at > newest.at ? one : newest)), alone, corrections)
}

function entryOf(row: Seen<AnyBody>, attached: Attached, corrections: Corrections): Entry {
  const fact = row as Seen<AnyBody & Correctable>
  const read = effective(fact, corrections)
  const correction = corrections.get(fact.body.corrected_by ?? '') ?? null
  const more = { original: row, correction, void: read === null, at: atOf(read ?? row), by: row.by, ...attached }
  return { kind: row.entity, row: read ?? row, ...more } as Entry
}

function gathered(tree: Seen<AnyBody>[]): Map<string, Attached> {
  const under = new Map<string, Attached>()
  const at = (id: string) => under.get(id) ?? NOTHING
  for (const one of ofKind(tree, 'photo')) under.set(one.body.subject_id, { ...at(one.body.subject_id), photos: [...at(one.body.subject_id).photos, one] })
  for (const one of ofKind(tree, 'recording')) under.set(one.body.subject_id, { ...at(one.body.subject_id), recordings: [...at(one.body.subject_id).recordings, one] })
  return under
}

function atOf(row: Seen<AnyBody>): number {
  if (row.entity === 'conflict') return (row.body as Bodies['conflict']).at_other ?? row.at
  return row.entity === 'follow_up' ? contactedAt(row.at, row.body as Bodies['follow_up']) : row.at
}
