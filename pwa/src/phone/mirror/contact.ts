import { STEPS, type Customer, type FollowUp, type Seen, type Step } from '../../model'

/** From least to best, as the server ranks them; a step that a contact left out says nothing. */
const RANKS: Record<Step, string[]> = {
  greeting: ['no_answer', 'met'],
  needs: ['partial', 'changed', 'clear'],
  proposal: ['expensive', 'comparing', 'revise', 'approved'],
  objection: ['open', 'none', 'resolved'],
  revisit: ['no_contact', 'booked'],
}
type Steps = Partial<Record<Step, string>>
/** What the server derives from a customer's contacts. */
export type Derived = Pick<Customer, 'steps' | 'next_at' | 'next_kind' | 'last_contact_at' | 'contact_count'>

/** When a contact was that was told at `at`. */
export function contactedAt(at: number, { lag_s }: FollowUp): number {
  return at - 1000 * (lag_s ?? 0)
}

/** Two-way, with at least one substantive result: the same definition as the server's. */
export function isEffective(report: FollowUp): boolean {
  const substance = [report.needs, report.proposal, report.objection]
  return report.greeting?.result === 'met' && substance.some((step) => step && step.result !== 'skipped')
}

/** The best result of each step after one more contact, in any order. */
export function bestSteps(known: Steps, report: FollowUp): Steps {
  const best = { ...known }
  for (const step of STEPS) {
    const result = report[step]?.result
    if (rank(step, result) > rank(step, best[step])) best[step] = result
  }
  return best
}

/** When next, by the newest contact. */
export function nextOf({ revisit }: FollowUp): Pick<Customer, 'next_at' | 'next_kind'> {
  const next_at = revisit?.result === 'booked' ? (revisit.at ?? null) : null
  return { next_at, next_kind: next_at === null ? null : 'revisit' }
}

/** Everything the server derives from a customer's contacts, from the contacts alone. */
export function derivedFrom(contacts: readonly Seen<FollowUp>[]): Derived {
  const newest = contacts.reduce<Seen<FollowUp> | null>((last, one) => (last && contactedAt(last.at, last.body) > contactedAt(one.at, one.body) ? last : one), null)
  const effective = contacts.filter(({ body }) => isEffective(body))
  return {
    steps: contacts.reduce<Steps>((best, { body }) => bestSteps(best, body), {}),
    ...(newest ? nextOf(newest.body) : { next_at: null, next_kind: null }),
    last_contact_at: effective.length ? Math.max(...effective.map(({ at, body }) => contactedAt(at, body))) : null,
    contact_count: effective.length,
  }
}

/** -1 for what says nothing. */
function rank(step: Step, result: string | undefined): number {
  return RANKS[step].indexOf(result ?? '')
}
