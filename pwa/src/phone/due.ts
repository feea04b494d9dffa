import type { Customer, EntityName, Lead, Offer } from '../model'

/** Who is asked to do something about a row, and since when. What Today begins with is found by it, without reading everything. */
export type Due = [staff_id: string, at: number]

/** Empty for most rows. Coarser than Today, which looks at what it finds: later than the truth it must never be. */
export function dueOf(entity: EntityName, body: object): Due[] {
  if (entity === 'customer') return ofCustomer(body as Partial<Customer>)
  if (entity === 'lead') return ofLead(body as Partial<Lead>)
  if (entity === 'offer') return ofOffer(body as Partial<Offer>)
  return []
}

function ofCustomer({ owner_id, holder_ids, next_at, opportunity_due_at, warned_at }: Partial<Customer>): Due[] {
  return due([owner_id, ...(holder_ids ?? [])], [next_at, opportunity_due_at, warned_at])
}

function ofLead({ state, holder_id, first_follow_up_due_at, next_due_at }: Partial<Lead>): Due[] {
  if (state === 'accepted') return due([holder_id], [first_follow_up_due_at])
  return state === 'contacted' ? due([holder_id], [next_due_at]) : []
}

function ofOffer({ state, to_id, offered_at }: Partial<Offer>): Due[] {
  return state === 'open' ? due([to_id], [offered_at]) : []
}

function due(people: (string | null | undefined)[], times: (number | null | undefined)[]): Due[] {
  const at = Math.min(...times.map((time) => time ?? Infinity))
  return at === Infinity ? [] : [...new Set(people)].flatMap((id) => (id ? [[id, at] as Due] : []))
}
