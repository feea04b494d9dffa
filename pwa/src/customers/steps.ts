import type { AnyBody, Bodies, Seen, Step } from '../model'
import { STEPS } from '../model'
import { followUpsOf } from './timeline'

/** Better results stand earlier; a step nobody touched has none. */
const BEST: Record<Step, string[]> = {
  greeting: ['met', 'no_answer'],
  needs: ['clear', 'changed', 'partial'],
  proposal: ['approved', 'revise', 'comparing', 'expensive'],
  objection: ['resolved', 'none', 'open'],
  revisit: ['booked', 'no_contact'],
}

/** The best result of each step: the server's, bettered by follow-ups still on this phone. */
export function bestSteps(
  customer: Bodies['customer'],
  tree: Seen<AnyBody>[],
): Partial<Record<Step, string>> {
  const best: Partial<Record<Step, string>> = { ...customer.steps }
  for (const { body, pending } of followUpsOf(tree))
    if (pending) for (const step of STEPS) best[step] = better(step, best[step], body[step]?.result)
  return best
}

/** A step is done when its best result is one of substance: an attempt or 本次未涉及 is not. */
export function isDone(result: string | undefined): boolean {
  return Boolean(result) && result !== 'skipped' && result !== 'no_answer'
}

/** The first step still to do; null when all five are. */
export function stepNow(best: Partial<Record<Step, string>>): Step | null {
  return STEPS.find((step) => !isDone(best[step])) ?? null
}

function better(step: Step, known: string | undefined, said: string | undefined): string | undefined {
  const rank = (result: string | undefined) => {
    const at = BEST[step].indexOf(result ?? '')
    return at < 0 ? BEST[step].length : at
  }
  return rank(said) < rank(known) ? said : known
}
