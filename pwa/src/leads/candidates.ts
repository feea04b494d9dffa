/** Who the server would let have a lead. Needs a network; without one the caller goes by this phone's rows. */

import type { Candidate } from './desk'

export interface Candidates { eligible: Candidate[]; skipped: { staff_id: string; name: string; code: string }[] }

const PATIENCE_MS = 5000

/** null when there is no answer in time, or none for this person. */
export async function askCandidates(lead_id: string): Promise<Candidates | null> {
  if (!navigator.onLine) return null
  try {
    const answer = await fetch(`/api/leads/${encodeURIComponent(lead_id)}/candidates`, { signal: AbortSignal.timeout(PATIENCE_MS) })
    return answer.ok ? ((await answer.json()) as Candidates) : null
  } catch {
    return null
  }
}
