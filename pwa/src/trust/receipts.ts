import type { Release, Seen } from '../model'
import type { Operation } from '../phone/databases'
import { isApplied } from '../phone/released'
import { me } from '../phone/session'
import { t } from '../words'
import { fieldName } from './saying'

/** One line of the receipts: an operation of this phone, or what became of one of another phone of this person. */
export interface Told { key: string; entity: string; root: string; fields: Record<string, unknown>; at: number; says: string; note: string; bad: boolean }
const SHOWN = 30

/** Newest first. `here_still`: photos and recordings whose file is on its way; what tells of them was taken. */
export function receiptsOf(operations: Operation[], releases: Seen<Release>[], here_still: ReadonlySet<string> = new Set()): Told[] {
  const here = new Set(operations.map(({ id }) => id))
  const others = releases.filter(({ body }) => isApplied(body) && body.to_id === me().staff_id && !here.has(body.row_id ?? ''))
  return [...operations.map((op) => ofOperation(op, here_still.has(op.id))), ...others.map(ofRelease)].sort((a, b) => b.at - a.at).slice(0, SHOWN)
}

function ofOperation(op: Operation, file_is_here: boolean): Told {
  const { at = op.saved_at, note = '' } = op.receipt ?? {}
  const bad = op.receipt?.outcome === 'refused' && !op.settled
  const said = op.receipt?.outcome === 'released' ? (note ?? '') : ''
  return { key: `here-${op.seq}`, entity: op.entity, root: op.root, fields: op.fields, at, says: file_is_here && !bad ? t('trust.outcome_file_here') : outcome(op), note: said, bad }
}

function ofRelease({ id, root, by, at, body }: Seen<Release>): Told {
  return { key: id, entity: body.entity ?? '', root, fields: {}, at, says: letThrough(by), note: body.note ?? '', bad: false }
}

function outcome({ state, settled, receipt }: Operation): string {
  if (receipt?.outcome === 'released') return letThrough(receipt.by)
  if (state === 'refused' && settled) return t('trust.outcome_settled')
  const fields = (receipt?.fields ?? []).map(fieldName).join(t('ui.pause'))
  return t(`trust.outcome_${receipt?.outcome ?? 'applied'}`, { fields })
}

function letThrough(by: string | null | undefined): string {
  return t(by ? 'trust.outcome_released' : 'trust.outcome_filled')
}
