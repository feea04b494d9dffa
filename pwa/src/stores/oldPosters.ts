/** Codes whose end was said: which sheets are to be changed, and which were left hanging. Pure. */

import { currentTongue, t } from '../words'
import { dayText } from '../words/format'
import { todayIn } from './form'
import type { Figures, Old } from './posters'

const NEWS_MS = 7 * 86_400_000

/** The last day on which it was good; none while nobody knows. */
export function lastDay(old: Old, zone: string): string {
  if (old.revoked_at !== null) return todayIn(zone, old.revoked_at)
  return old.ends_at === null ? '' : todayIn(zone, old.ends_at - 1)
}

/** When it was scanned on a day after its last: the sheet still hangs. */
export function lingers(old: Old, figures: Figures, zone: string): boolean {
  return old.standing !== 'leaving' && scannedOn(old, figures) > lastDay(old, zone)
}

/** Those that somebody must walk to, and the rest. */
export function sortOld(list: Old[], figures: Figures, zone: string, now: number): { change: Old[]; rest: Old[] } {
  const isOpen = (old: Old) => old.standing === 'leaving' || lingers(old, figures, zone) || now - stoppedAt(old) < NEWS_MS
  return { change: list.filter(isOpen), rest: list.filter((old) => !isOpen(old)) }
}

/** When it was stopped without a grace, in which everything could be changed. */
function stoppedAt({ revoked_at, replaced_by, ends_at }: Old): number {
  return revoked_at ?? (replaced_by === null ? (ends_at ?? 0) : 0)
}

/** What is to be done about it, and whether it is still scanned. */
export function sentencesOf(old: Old, figures: Figures, zone: string, now: number): string[] {
  const day = isoText(lastDay(old, zone))
  const first = t(`posters.old_${old.standing === 'ended' && !old.replaced_by ? 'given_up' : old.standing}`, { day })
  const [said, scanned] = [todayIn(zone, old.ended_at), scannedOn(old, figures)]
  if (lingers(old, figures, zone) || (old.standing === 'leaving' && scanned > said)) return [first, t('posters.old_lingers', { day: isoText(scanned) })]
  return old.standing === 'leaving' && todayIn(zone, now) > said ? [first, t('posters.old_quiet')] : [first]
}

function scannedOn(old: Old, figures: Figures): string {
  return figures[old.id]?.last_scan_on ?? ''
}

export function isoText(day: string): string {
  return day && dayText(Date.parse(day), 'UTC', currentTongue())
}
