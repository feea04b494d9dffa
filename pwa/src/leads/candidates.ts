/** Who the server would let have a lead. Needs a network; without one the caller goes by this phone's rows. */

import type { Candidate } from './desk'

/** Whom the turn passes by. `may`: a manager can give it to them all the same, having heard why. */
export interface PassedBy extends Candidate { code: string; may: boolean }
export interface Candidates { eligible: Candidate[]; skipped: PassedBy[] }

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
