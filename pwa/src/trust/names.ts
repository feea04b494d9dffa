import { calledBy, calledOf } from '../customers/called'
import { leadName } from '../leads/told'
import type { Bodies, Seen } from '../model'
import { textOf } from '../templates/templates'

type Rows<E extends keyof Bodies> = Seen<Bodies[E]>[] | undefined
interface Known { staff: Rows<'staff'>; customers: Rows<'customer'>; offers: Rows<'offer'>; deletions: Rows<'deletion'>; candidates: Rows<'candidate'>; pool?: Rows<'pool_card'>; stores?: Rows<'store'>; templates?: Rows<'template'>; scripts?: Rows<'script'> }

/** Who or which store is meant by an id, also where the customer is not, or no longer, on this phone. Later entries win. */
export function namesOf({ staff, customers, offers, deletions, candidates, pool, stores, templates, scripts }: Known): Map<string, string> {
  return new Map([
    // An offer names its customer also to whoever may not see them: the lead went to somebody else.
    ...(offers ?? []).map(({ body }) => [body.customer_id, leadName(body)] as const),
    // A deletion undone is told of by the deletion.
    ...(deletions ?? []).flatMap(({ id, body }) => [[id, body.name_masked], [body.row_id, body.name_masked]] as const),
    ...(pool ?? []).map(({ id, body }) => [id, calledBy(body.name_masked, body.phone_masked)] as const),
    ...(candidates ?? []).map(({ id, body }) => [id, body.other.name_masked || body.one.name_masked] as const),
    // Taken apart, or about to be: a record is called by the one it was part of.
    ...(customers ?? []).flatMap(({ body }) => (body.merged_ids ?? []).map((alias) => [alias, calledOf(body)] as const)),
    ...(scripts ?? []).map(({ id, body }) => [id, body.title || textOf(body)] as const),
    ...[...(stores ?? []), ...(staff ?? []), ...(templates ?? [])].map((row) => [row.id, row.body.name] as const),
    ...(customers ?? []).map((row) => [row.id, calledOf(row.body)] as const),
  ])
}
