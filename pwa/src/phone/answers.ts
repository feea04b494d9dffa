import type { WhyRevoked } from '../sync/wire'

/** What an HTTP answer means for work that waits: nothing may stay "later" without being visible. */
export type Meaning = 'ack' | 'later' | 'smaller' | 'auth' | 'revoked' | 'human'

/** 0 stands for no answer at all. `code` is the server's error code, if it gave one. */
export function meaningOf(status: number, code = ''): Meaning {
  if (status >= 200 && status < 300) return 'ack'
  if (status === 413) return 'smaller'
  if (status === 401) return 'auth'
  if (status === 403) return code === 'device_revoked' ? 'revoked' : 'human'
  if (status === 0 || status === 408 || status === 425 || status === 429 || status >= 500) return 'later'
  return 'human'
}

const FIRST_MS = 2_000
const LONGEST_MS = 15 * 60_000

/** How long to wait after so many failures in a row: doubling, jittered by half, never above 15 minutes. */
export function backOff(failures: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1))
  return full / 2 + (full / 2) * random()
}

/** Retry-After in ms; seconds or a date; 0 when absent or unreadable. */
export function retryAfter(header: string | null, now: number): number {
  if (!header) return 0
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const at = Date.parse(header)
  return Number.isNaN(at) ? 0 : Math.max(0, at - now)
}

/** The code, and for a revoked device why it was. */
export async function errorOf(response: Response): Promise<{ code: string; revoked?: WhyRevoked }> {
  try {
    const { code = '', why = 'replaced' } = ((await response.json()) as { error?: { code?: string; why?: WhyRevoked } }).error ?? {}
    return code === 'device_revoked' ? { code, revoked: why } : { code }
  } catch {
    return { code: '' }
  }
}
