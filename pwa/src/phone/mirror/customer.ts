import type { Customer, FollowUp } from '../../model'
import type { Operation } from '../databases'
import { bestSteps, isEffective } from './contact'
import { fieldsOf, pendingRow, type Layer } from './layer'

/** What an operation of ours will most likely mean for a customer, until the server says. */
export function mirrorCustomer(op: Operation, layer: Layer<Customer>): void {
  if (op.entity === 'customer' && op.base === null && !layer.get(op.id)) {
    layer.put(pendingRow(op, { ...blank(op, layer.viewer.staff_id), ...fieldsOf<Customer>(op) }, layer.viewer))
  }
  if (op.entity === 'follow_up') followed(op, layer)
  if (op.entity === 'acceptance') accepted(op, layer)
  if (op.entity === 'lead' && op.base === null) layer.change(op.root, op, { open_lead_id: op.id })
  if (op.entity === 'closing') layer.change(op.root, op, { open_lead_id: null })
}

function followed(op: Operation, layer: Layer<Customer>): void {
  const row = layer.get(op.root)
  if (!row) return
  const report = op.fields as unknown as FollowUp
  const booked = report.revisit?.result === 'booked' ? (report.revisit.at ?? null) : null
  const effective = isEffective(report)
  layer.change(op.root, op, {
    steps: bestSteps(row.body.steps ?? {}, report), next_at: booked, next_kind: booked === null ? null : 'revisit',
    last_contact_at: effective ? op.captured_at : row.body.last_contact_at,
    contact_count: (row.body.contact_count ?? 0) + (effective ? 1 : 0),
  })
}

function accepted(op: Operation, layer: Layer<Customer>): void {
  const row = layer.get(op.root)
  if (!row) return
  const mine = layer.viewer.staff_id
  layer.change(op.root, op, {
    owner_id: row.body.owner_id ?? mine, holder_ids: [...new Set([...(row.body.holder_ids ?? []), mine])],
  })
}

function blank(op: Operation, author: string): Customer {
  return {
    name: '', salutation: '', phone: '', need: '', budget: '', community: '', house_type: '', wechat: '', move_in: '',
    source: 'staff', tier: null, tags: [], store_id: '', owner_id: null, holder_ids: [], pinyin: '', initials: '',
    phone_valid: true, last_contact_at: null, contact_count: 0, next_at: null, next_kind: null, steps: {},
    created_by: author, created_at: op.captured_at, marketing: false, open_lead_id: null,
  }
}
