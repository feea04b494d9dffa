import type { AnyBody, Bodies, EntityName, Seen } from '../model'
import { MINUTE_MS } from '../words/format'

/** What the timeline tells, of all that lives in a customer's tree. */
export const TOLD = [
  'arrival', 'acceptance', 'follow_up', 'visit', 'photo', 'comment', 'conflict', 'reassignment',
  'closing', 'escalation',
] as const satisfies EntityName[]
export type Kind = (typeof TOLD)[number]
export interface Entry<K extends Kind = Kind> {
  kind: K
  row: Seen<Bodies[K]>
  at: number
  by: string | null
  /** Photos taken for this fact; photos of the customer alone are one entry, at the newest. */
  photos: Seen<Bodies['photo']>[]
}

const CLOCKS_DIFFER_MS = 2 * MINUTE_MS

/** The facts of one tree, newest first; photos are gathered under the fact they belong to. */
export function timelineOf(tree: Seen<AnyBody>[]): Entry[] {
  const photos = gathered(tree)
  const entries: Entry[] = []
  for (const row of tree) {
    if (row.entity === 'photo' || !isTold(row)) continue
    entries.push({ kind: row.entity, row, at: atOf(row), by: row.by, photos: photos.get(row.id) ?? [] } as Entry)
    photos.delete(row.id)
  }
  for (const alone of photos.values()) entries.push(photoEntry(alone))
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

/** The contacts of one tree, newest first. */
export function followUpsOf(tree: Seen<AnyBody>[]): Seen<Bodies['follow_up']>[] {
  return ofKind(tree, 'follow_up').sort((a, b) => b.body.ended_at - a.body.ended_at)
}

export function ofKind<E extends EntityName>(tree: Seen<AnyBody>[], entity: E): Seen<Bodies[E]>[] {
  return tree.filter((row) => row.entity === entity) as unknown as Seen<Bodies[E]>[]
}

function isTold(row: Seen<AnyBody>): row is Seen<AnyBody> & { entity: Kind } {
  return (TOLD as readonly string[]).includes(row.entity)
}

function photoEntry(photos: Seen<Bodies['photo']>[]): Entry {
  const row = photos.reduce((newest, photo) => (photo.at > newest.at ? photo : newest))
  return { kind: 'photo', row, at: row.at, by: row.by, photos }
}

function gathered(tree: Seen<AnyBody>[]): Map<string, Seen<Bodies['photo']>[]> {
  const under = new Map<string, Seen<Bodies['photo']>[]>()
  for (const photo of ofKind(tree, 'photo')) {
    const { subject_id } = photo.body
    under.set(subject_id, [...(under.get(subject_id) ?? []), photo])
  }
  return under
}

function atOf(row: Seen<AnyBody>): number {
  if (row.entity === 'conflict') return (row.body as Bodies['conflict']).at_other ?? row.at
  return row.at
}
