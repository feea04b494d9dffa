import { STEPS, type FollowUp, type Step } from '../../model'

/** Two-way, with at least one substantive result: the same definition as the server's. */
export function isEffective(report: FollowUp): boolean {
  const substance = [report.needs, report.proposal, report.objection]
  return report.greeting?.result === 'met' && substance.some((step) => step && step.result !== 'skipped')
}

/** The best result of each step after one more contact; what was skipped takes nothing away. */
export function bestSteps(known: Partial<Record<Step, string>>, report: FollowUp): Partial<Record<Step, string>> {
  const best = { ...known }
  for (const step of STEPS) {
    const result = report[step]?.result
    if (result && (result !== 'skipped' || !best[step])) best[step] = result
  }
  return best
}
