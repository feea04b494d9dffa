/** What happened to one lead, from the rows of its customer's tree. Pure; newest last. */

import { knownBy } from './knowing'
import { standing } from '../phone/mirror/effective'
import type { Acceptance, AnyBody, Arrival, Bodies, Closing, EntityName, Escalation, FollowUp, LateEvidence, Lead, Offer, Reassignment, Seen } from '../model'

export type Kind = 'arrival' | 'offer' | 'offer_missed' | 'offer_withdrawn' | 'acceptance' | 'stand_in' | 'reassignment' | 'taken_over' | 'escalation' | 'follow_up' | 'closing' | 'snooze' | 'acknowledged'
export interface Event { id: string; kind: Kind; at: number; staff_id: string | null; pending: boolean; reason: Closing['reason'] | null; late: LateEvidence[]
  /** how somebody said that they know */
  way?: string
  /** told so many seconds after it was */
  lag_s?: number
}

type Told = Pick<Event, 'kind' | 'staff_id'> & { reason?: Closing['reason']; at?: number; late?: LateEvidence[]; way?: string; lag_s?: number }

/** Events of this lead. What waits on this phone is in it, marked pending. */
export function historyOf(lead: Seen<Lead>, tree: Seen<AnyBody>[]): Event[] {
  const told = standing(tree)
    .filter((row) => belongs(row, lead))
    .map((row): Event => {
      const { kind, staff_id, reason = null, at = row.at || row.captured_at, late = [], way, lag_s } = tell(row)
      return { id: row.id, kind, staff_id, reason, at, late, pending: row.pending, ...(way && { way }), ...(lag_s && { lag_s }) }
    })
  const said = new Set(told.filter(({ kind }) => kind === 'acknowledged').map(({ staff_id }) => staff_id))
  // What was said in the app is told by its fact, wherever that is on this phone.
  const known = knownBy(lead.body).filter(({ staff_id, channel }) => channel !== 'app' || !said.has(staff_id))
    .map(({ staff_id, at, channel }): Event => ({ id: `known:${staff_id}:${at}`, kind: 'acknowledged', staff_id, at, reason: null, late: [], pending: false, way: channel }))
  return [...told, ...known]
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
}

const TOLD: EntityName[] = ['arrival', 'offer', 'acceptance', 'reassignment', 'escalation', 'follow_up', 'closing', 'snooze', 'lead_acknowledgement']

function belongs(row: Seen<AnyBody>, lead: Seen<Lead>): boolean {
  if (!TOLD.includes(row.entity)) return false
  const { lead_id, opened_lead_id } = row.body as Partial<Arrival>
  return lead_id === lead.id || opened_lead_id === lead.id || row.id === lead.body.arrival_id
}

function tell(row: Seen<AnyBody>): Told {
  switch (row.entity) {
    case 'offer': return offer(as<'offer'>(row))
    case 'escalation': return escalation(as<'escalation'>(row))
    case 'reassignment': return reassignment(as<'reassignment'>(row))
    case 'follow_up': return { kind: 'follow_up', staff_id: row.by, at: (row.body as FollowUp).ended_at, lag_s: (row.body as FollowUp).lag_s }
    case 'closing': return { kind: 'closing', staff_id: row.by, reason: (row.body as Closing).reason }
    case 'snooze': return { kind: row.entity, staff_id: row.by }
    case 'lead_acknowledgement': return { kind: 'acknowledged', staff_id: row.by, way: 'app' }
    case 'acceptance': return { kind: (row.body as Acceptance).standing ?? 'acceptance', staff_id: row.by }
    default: return { kind: 'arrival', staff_id: row.by }
  }
}

function as<E extends EntityName>(row: Seen<AnyBody>): Seen<Bodies[E]> {
  return row as Seen<Bodies[E]>
}

function escalation({ body }: Seen<Escalation>): Told {
  return { kind: 'escalation', staff_id: body.to_id, at: body.at, late: body.late_evidence ?? [] }
}

function offer({ body }: Seen<Offer>): Told {
  const kind = body.state === 'missed' ? 'offer_missed' : body.state === 'withdrawn' ? 'offer_withdrawn' : 'offer'
  return { kind, staff_id: body.to_id, at: body.offered_at }
}

function reassignment({ body, by }: Seen<Reassignment>): Told {
  return { kind: body.to_id === by ? 'taken_over' : 'reassignment', staff_id: body.to_id }
}
