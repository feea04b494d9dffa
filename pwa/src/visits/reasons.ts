import type { Photo, Seen, Visit } from '../model'
import { currentTongue, t, type Key } from '../words'
import { MINUTE_MS, spanText } from '../words/format'

export const TONES = { verified: 'green', plausible: 'blue', uncertain: 'amber' } as const
/** What a manager looks at first: the position may be none. */
const DOUBTS = ['too_fast', 'too_exact', 'same_point', 'shared_device', 'wrong_code', 'brief', 'other_datum']

/** A sentence for each reason that this version knows; with who gave the position, or why there is none. */
export function sentencesOf(reasons: readonly string[] = [], source: string | null = ''): string[] {
  const codes = source === 'network' ? [...reasons, source] : reasons
  return codes.flatMap((code) => sentenceOf(`${code}_${source}`) ?? sentenceOf(code) ?? [])
}

function sentenceOf(code: string): string | null {
  const key = `visits.reason_${code}` as Key
  const said = t(key)
  return said === key ? null : said
}

/** Which pictures belong to a check-in, once they have arrived and for as long as they stand: nobody knows what they show. */
export function picturesOf(visit_id: string, photos: readonly Seen<Photo>[]): string[] {
  const arrived = photos.filter(({ body }) => body.subject_id === visit_id && body.state === 'stored' && !body.void)
  return [...new Set(arrived.map(({ body }) => (body.taken === 'gallery' ? 'album' : 'picture')))].sort().reverse()
}

export function isDoubtful({ body }: Seen<Visit>): boolean {
  if (body.void) return false
  return body.grade === 'uncertain' || (body.reasons ?? []).some((code) => DOUBTS.includes(code))
}

/** How long somebody stayed, also while the word of it waits on this phone; null while they are there, or where nobody said. */
export function dwellOf(visit: Seen<Visit>, left: Seen<{ visit_id: string }> | undefined): number | null {
  if (typeof visit.body.dwell_s === 'number') return visit.body.dwell_s * 1000
  return left ? Math.max(0, left.captured_at - visit.captured_at) : null
}

export function dwellText(dwell_ms: number | null): string {
  if (dwell_ms === null) return ''
  return dwell_ms < MINUTE_MS ? t('visits.stayed_moment') : t('visits.stayed', { span: spanText(dwell_ms, currentTongue()) })
}
