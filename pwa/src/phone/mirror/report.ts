import type { Arrival, Deletion, Photo, Visit } from '../../model'

/** What the server adds to a report later, as it stands before the server has seen it. */
export const BLANKS: {
  arrival: Partial<Arrival>
  visit: Partial<Visit>
  photo: Partial<Photo>
  deletion: Partial<Deletion>
} = {
  arrival: { opened_lead_id: null, differs: false, customer_id: null, card_id: null, lead_id: null, receiver_id: null, pass: null },
  visit: { customer_id: null, store_id: null, distance_m: null, grade: 'uncertain', reasons: [] },
  photo: { state: 'pending', reason: null },
  deletion: { name_masked: '', entity: 'customer' },
}
