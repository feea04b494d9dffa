import type { ConsentFact, Customer, FollowUp, Purpose } from '../../model'
import { mergedIn } from '../aliases'
import type { Operation } from '../databases'
import { bestSteps, contactedAt, derivedFrom, isEffective, nextOf } from './contact'
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
  if (op.entity === 'correction') recounted(op, layer)
  if (op.entity === 'deletion') layer.drop(String(op.fields.row_id))
  if (op.entity === 'unmerge') takenApart(op, layer)
  if (op.entity === 'consent') agreed(op, layer)
}

/** Off the lists at once, before the server knows; whoever takes back service takes back all. */
function agreed(op: Operation, layer: Layer<Customer>): void {
  const row = layer.get(op.root)
  if (!row) return
  const { purpose, given } = op.fields as unknown as ConsentFact
  const withdrawn: NonNullable<Customer['withdrawn']> = { ...row.body.withdrawn }
  if (given && purpose !== 'service' && withdrawn.service) return
  const ended: Purpose[] = purpose === 'service' ? ['service', 'marketing', 'photo'] : [purpose]
  if (given) delete withdrawn[purpose]
  else for (const each of ended) withdrawn[each] = op.captured_at
  layer.change(op.root, op, { withdrawn, marketing: purpose === 'marketing' ? given : row.body.marketing && !withdrawn.marketing })
}

function followed(op: Operation, layer: Layer<Customer>): void {
  const row = layer.get(op.root)
  if (!row) return
  const report = op.fields as unknown as FollowUp
  const effective = isEffective(report)
  layer.change(op.root, op, {
    steps: bestSteps(row.body.steps ?? {}, report), ...nextOf(report),
    last_contact_at: effective ? contactedAt(op.captured_at, report) : row.body.last_contact_at,
    contact_count: (row.body.contact_count ?? 0) + (effective ? 1 : 0),
  })
}

/** A corrected contact changes what follows from all of them. */
function recounted(op: Operation, layer: Layer<Customer>): void {
  const contacts = layer.viewer.contacts?.get(op.root)
  if (contacts) layer.change(op.root, op, derivedFrom(contacts))
}

/** The other record is not here before the server brings it back; this one no longer names it. */
function takenApart(op: Operation, layer: Layer<Customer>): void {
  const left = mergedIn(layer.get(op.root)?.body)?.filter((id) => id !== op.fields.alias_id)
  if (left) layer.change(op.root, op, { merged_ids: left })
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
    merged_ids: [], household_ids: [],
  }
}
