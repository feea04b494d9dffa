import { derivedId } from '../sync/derivedId'
import { newId } from '../sync/uuid7'
import { restoring } from '../customers/standing'
import type { Conflict, Seen } from '../model'
import { ownCache, ownOutbox } from '../phone/databases'
import { save, type Draft } from '../phone/outbox'
import type { Refused } from '../phone/refused'
import { me } from '../phone/session'
import { SET_ASIDE } from '../phone/unsent'

/** Answers that no other words would change: there is only to know. */
const FINAL = ['taken', 'not_open', 'erased', 'id_taken', 'deleted', 'late', 'open_lead', 'not_in_pool', 'snoozed_enough', 'snooze_over', 'snooze_too_long']
/** The trouble is not in what was written: it is sent again as it is. */
const AS_IT_IS = ['erased_before', 'fault', 'unknown_entity', 'revoked', 'daily_limit', 'cool_off', 'full']
/** What is itself a word about a refusal: nothing was lost with it. */
const WORDS = ['appeal', 'release', 'acknowledgement']

/** What a person can do about a refusal: only know it, send it again as it is, or mend it first. */
export function wayOut({ code, entity }: Pick<Refused, 'code' | 'entity'>): 'know' | 'resend' | 'mend' {
  if (code === 'erased_before' && entity !== 'customer') return 'mend'
  if (FINAL.includes(code) || isWord(entity)) return 'know'
  return AS_IT_IS.includes(code) ? 'resend' : 'mend'
}

export function isWord(entity: string): boolean {
  return WORDS.includes(entity)
}

/** Whether the manager can be asked: once, by those who have one, about what is not before them already. */
export function isAskable({ entity, code, state }: Refused): boolean {
  const has_manager = me().role === 'rep' || me().role === 'clerk'
  return has_manager && !isWord(entity) && ![SET_ASIDE, 'erased'].includes(code) && (state === 'again' || (state === 'kept' && code !== 'revoked'))
}

/** Sends it again as a new operation, the whole unit with it and with what the person changed; the old one is settled. */
export async function resend(refused: Refused, changes: Record<string, unknown> = {}): Promise<void> {
  const unit = [{ ...refused, fields: { ...refused.fields, ...changes } }, ...refused.companions]
  await save(await Promise.all(unit.sort((a, b) => a.n - b.n).map(draftOf)))
  await settle(refused)
}

/** A patch is made anew on what this phone now sees of the row. */
async function draftOf({ entity, row_id, fields, base, cites, field }: Refused): Promise<Draft> {
  const draft: Draft = { entity: entity as Draft['entity'], id: row_id, fields }
  if (base !== null) draft.base = (await ownCache().rows.get(row_id))?.version ?? base
  // A conflict that is not there any more would refuse it for ever.
  if (cites !== null && field !== 'conflict') draft.cites = cites
  return draft
}

/** The person has decided: nothing more is asked about it. The server is told, so a second phone asks no more either. */
export async function settle(refused: Refused): Promise<void> {
  const unit = [refused, ...refused.companions]
  for (const { seq } of unit) if (seq !== null) await ownOutbox().operations.update(seq, { settled: 1 })
  // What no row may hold, or no server has, has no row to acknowledge.
  const filed = unit.filter(({ code, refusal_id }) => ![SET_ASIDE, 'erased'].includes(code) || refusal_id)
  for (const one of filed) await save([{ entity: 'acknowledgement', id: newId(), fields: { refusal_id: idOf(one) } }])
}

/** Puts it before the manager, with a few words or none. */
export async function ask(refused: Refused, note: string): Promise<void> {
  await save([{ entity: 'appeal', id: newId(), fields: { refusal_id: idOf(refused), note } }])
  for (const { seq } of [refused, ...refused.companions]) if (seq !== null) await noteAsked(seq, note)
}

/** The manager's word about a colleague's record. */
export async function answer(refused: Refused, choice: 'apply' | 'decline', note: string): Promise<void> {
  await save([{ entity: 'release', id: newId(), fields: { refusal_id: idOf(refused), choice, note } }])
}

/** Puts the other value back. */
export async function restore(conflict: Seen<Conflict>): Promise<void> {
  const row = await ownCache().rows.get(conflict.body.row_id)
  await save([restoring(conflict, row?.version ?? 0)])
}

export async function keepAsIs(conflict: Seen<Conflict>): Promise<void> {
  await save([{ entity: 'resolution', id: newId(), fields: { conflict_id: conflict.id, choice: 'keep' } }])
}

/** Until the server's row about it comes, the operation here remembers that it was asked about. */
async function noteAsked(seq: number, note: string): Promise<void> {
  await ownOutbox().operations.where('seq').equals(seq).modify((op) => {
    if (op.receipt) op.receipt = { ...op.receipt, asked_at: Date.now(), note }
  })
}

function idOf({ refusal_id, device, n }: Refused): string {
  return refusal_id ?? derivedId('refusal', device, n)
}
