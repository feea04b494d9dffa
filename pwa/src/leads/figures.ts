/** The three figures of a lead as they read. The server counts them; a phone only says them. */

import type { Lead } from '../model'
import { currentTongue, t } from '../words'
import { MINUTE_MS, spanText } from '../words/format'

export interface Figure { key: 'wait' | 'responsibility' | 'no_signal'; seconds: number | null }

/** Always three, in this order; null while the fact that ends one has not come. */
export function figuresOf(lead: Lead): Figure[] {
  return [
    { key: 'wait', seconds: lead.wait_s ?? null },
    { key: 'responsibility', seconds: lead.responsibility_s ?? null },
    { key: 'no_signal', seconds: lead.no_signal_s ?? null },
  ]
}

export function figureText(seconds: number | null): string {
  if (seconds === null) return t('desk.figure_unknown')
  if (seconds < 60) return t('desk.figure_moment')
  return spanText(Math.max(MINUTE_MS, seconds * 1000), currentTongue())
}

/** 等待 12 分钟 · 接单 3 分钟; one without signal is left out, and everything until something is known. */
export function figuresLine(lead: Lead): string {
  return figuresOf(lead)
    .filter(({ key, seconds }) => seconds !== null && (key !== 'no_signal' || seconds >= 60))
    .map(({ key, seconds }) => `${t(`desk.figure_${key}`)} ${figureText(seconds)}`)
    .join(' · ')
}
