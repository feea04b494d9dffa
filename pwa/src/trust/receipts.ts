import type { Bodies, Release, Seen } from '../model'
import type { Operation } from '../phone/databases'
import { isApplied } from '../phone/released'
import { me } from '../phone/session'
import { t, type Key } from '../words'
import { fieldName, valueText } from './saying'

/** One line of the receipts: an operation of this phone, or what became of one of another phone of this person. */
export interface Told { key: string; entity: string; root: string; fields: Record<string, unknown>; at: number; says: string; note: string; bad: boolean }
const SHOWN = 30

export type Customers = Seen<Bodies['customer']>[]

/** Newest first. `here_still`: photos and recordings whose file is on its way; what tells of them was taken. `customers`: undefined before they are known. */
export function receiptsOf(operations: Operation[], releases: Seen<Release>[], here_still: ReadonlySet<string> = new Set(), customers?: Customers): Told[] {
  const here = new Set(operations.map(({ id }) => id))
  const others = releases.filter(({ body }) => isApplied(body) && body.to_id === me().staff_id && !here.has(body.row_id ?? ''))
  return [...operations.map((op) => ofOperation(op, here_still.has(op.id), customers)), ...others.map(ofRelease)].sort((a, b) => b.at - a.at).slice(0, SHOWN)
}

function ofOperation(op: Operation, file_is_here: boolean, customers: Customers | undefined): Told {
  const { at = op.saved_at, note = '' } = op.receipt ?? {}
  const bad = op.receipt?.outcome === 'refused' && !op.settled
  const said = op.receipt?.outcome === 'released' ? (note ?? '') : ''
  return { key: `here-${op.seq}`, entity: op.entity, root: op.root, fields: op.fields, at, says: file_is_here && !bad ? t('trust.outcome_file_here') : outcome(op, customers), note: said, bad }
}

function ofRelease({ id, root, by, at, body }: Seen<Release>): Told {
  return { key: id, entity: body.entity ?? '', root, fields: {}, at, says: letThrough(by), note: body.note ?? '', bad: false }
}

function outcome(op: Operation, customers: Customers | undefined): string {
  const { state, settled, receipt } = op
  if (receipt?.outcome === 'released') return letThrough(receipt.by)
  if (state === 'refused' && settled) return t('trust.outcome_settled')
  const [fields, which] = receipt?.outcome === 'merged' && customers ? merged(op, receipt.fields ?? [], customers) : [receipt?.fields ?? [], '' as const]
  const values = fields.map((field) => valueText(field, op.fields[field])).join(t('ui.pause'))
  return t(`trust.outcome_${receipt?.outcome ?? 'applied'}${which}` as Key, { fields: fields.map(fieldName).join(t('ui.pause')), values })
}

/** Which fields of a customer are not as they were written here. Whoever lost the customer has no conflict to look at: what they wrote is said here alone. */
function merged({ entity, id, fields }: Operation, touched: string[], customers: Customers): [string[], '' | '_other' | '_away'] {
  if (entity !== 'customer') return [touched, '']
  const row = customers.find((one) => one.id === id || one.body.merged_ids?.includes(id))
  if (!row) return [touched, '_away']
  const body = row.body as unknown as Record<string, unknown>
  // What was cleared is empty in one way or another.
  const others = touched.filter((field) => JSON.stringify(body[field] || null) !== JSON.stringify(fields[field] || null))
  return others.length ? [others, '_other'] : [touched, '']
}

function letThrough(by: string | null | undefined): string {
  return t(by ? 'trust.outcome_released' : 'trust.outcome_filled')
}
