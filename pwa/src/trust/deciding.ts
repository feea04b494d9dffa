import { newId } from '../sync/uuid7'
import type { Conflict, Refusal, Seen } from '../model'
import { cacheOf, ownCache, ownOutbox, type Operation } from '../phone/databases'
import { save, type Draft } from '../phone/outbox'
import { me } from '../phone/session'

/** Something the server refused, from this phone or another of the same person. */
export interface Refused {
  key: string
  /** the operation here, when it was this phone's */
  seq: number | null
  refusal_id: string | null
  entity: string
  row_id: string
  root: string
  fields: Record<string, unknown>
  base: number | null
  captured_at: number
  code: string
  field: string | null
  who: string | null
  when: number | null
  /** what was saved in the same unit and fell with it; it is resent and settled with it */
  companions: Refused[]
}

/** The same refusal known here and from the server is one, and a unit is one: its cause, with the rest beside it. */
export function refusedOnce(here: Operation[], rows: Seen<Refusal>[], device: string): Refused[] {
  const idOf = (op: Operation) => rows.find(({ body }) => body.device === device && body.seq === op.seq)?.id ?? null
  const units = new Map<number, Refused[]>()
  for (const op of here) units.set(op.unit, [...(units.get(op.unit) ?? []), fromOperation(op, idOf(op))])
  const local = [...units.values()].map(ledByCause)
  const known = new Set(local.flatMap((one) => [one, ...one.companions]).map(({ refusal_id }) => refusal_id))
  return [...local, ...rows.filter(({ id }) => !known.has(id)).map(fromRow)]
}

function ledByCause(unit: Refused[]): Refused {
  const cause = unit.find(({ code }) => code !== 'unit') ?? unit[0]!
  return { ...cause, companions: unit.filter((one) => one !== cause) }
}

/** Answers that no other words would change: there is only to know. */
const FINAL = ['taken', 'not_open', 'erased', 'id_taken']
/** The trouble is not in what was written: it is sent again as it is. */
const AS_IT_IS = ['fault', 'unknown_entity']

/** What a person can do about a refusal: only know it, send it again as it is, or mend it first. */
export function wayOut(code: string): 'know' | 'resend' | 'mend' {
  if (FINAL.includes(code)) return 'know'
  return AS_IT_IS.includes(code) ? 'resend' : 'mend'
}

/** Sends it again as a new operation, the whole unit with it and with what the person changed; the old one is settled. */
export async function resend(refused: Refused, changes: Record<string, unknown> = {}): Promise<void> {
  const unit = [{ ...refused, fields: { ...refused.fields, ...changes } }, ...refused.companions]
  await save(await Promise.all(unit.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0)).map(draftOf)))
  await settle(refused)
}

/** A patch is made anew on what this phone now sees of the row. */
async function draftOf({ entity, row_id, fields, base }: Refused): Promise<Draft> {
  const draft: Draft = { entity: entity as Draft['entity'], id: row_id, fields }
  if (base !== null) draft.base = (await ownCache().rows.get(row_id))?.version ?? base
  return draft
}

/** The person has decided: nothing more is asked about it. The server is told, so a second phone asks no more either. */
export async function settle(refused: Refused): Promise<void> {
  for (const one of [refused, ...refused.companions]) {
    if (one.seq !== null) await ownOutbox().operations.update(one.seq, { settled: 1 })
    if (one.refusal_id) await save([{ entity: 'acknowledgement', id: newId(), fields: { refusal_id: one.refusal_id } }])
  }
}

/** Asks the manager in the customer's timeline; only where there is a customer. */
export async function ask(refused: Refused, text: string): Promise<void> {
  await save([{ entity: 'comment', id: newId(), fields: { customer_id: refused.root, text } }])
  await settle(refused)
}

export async function isCustomer(root: string): Promise<boolean> {
  const who = me()
  return (await cacheOf(who.org.id, who.staff_id).rows.get(root))?.entity === 'customer'
}

/** Puts the other value back: an ordinary patch that cites the conflict. */
export async function restore(conflict: Seen<Conflict>): Promise<void> {
  const { row_id, entity, field, value_other } = conflict.body
  const row = await ownCache().rows.get(row_id)
  await save([{ entity: entity as Draft['entity'], id: row_id, base: row?.version ?? 0, fields: { [field]: value_other }, cites: conflict.id }])
}

export async function keepAsIs(conflict: Seen<Conflict>): Promise<void> {
  await save([{ entity: 'resolution', id: newId(), fields: { conflict_id: conflict.id, choice: 'keep' } }])
}

function fromOperation(op: Operation, refusal_id: string | null): Refused {
  const { code = '', field = null, who = null, when = null } = op.receipt ?? {}
  return {
    key: `here-${op.seq}`, seq: op.seq, refusal_id, entity: op.entity, row_id: op.id, root: op.root, fields: op.fields,
    base: op.base, captured_at: op.captured_at, code, field, who, when, companions: [],
  }
}

function fromRow({ id, root, body }: Seen<Refusal>): Refused {
  return {
    key: id, seq: null, refusal_id: id, entity: body.entity, row_id: body.row_id, root, fields: body.fields ?? {}, base: body.base,
    captured_at: body.captured_at, code: body.code, field: body.field, who: body.who, when: body.when, companions: [],
  }
}
