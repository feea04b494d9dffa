import { STEPS, type Step } from '../model'

/** A step is done when its best result is one of substance: an attempt or 本次未涉及 is not. */
export function isDone(result: string | undefined): boolean {
  return Boolean(result) && result !== 'skipped' && result !== 'no_answer'
}

/** The first step still to do; null when all five are. */
export function stepNow(best: Partial<Record<Step, string>>): Step | null {
  return STEPS.find((step) => !isDone(best[step])) ?? null
}
