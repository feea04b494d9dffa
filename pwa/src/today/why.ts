import { currentTongue, t } from '../words'
import { appointmentText, DAY_MS, spanText } from '../words/format'
import type { Card, Reason } from './cards'

/** Why this card is here, as a colleague would say it; the most pressing reason only, or all merged. */
export function whyText({ reasons, section, customer }: Card, now: number, zone: string): string {
  return reasons.map((reason) => reasonText(reason, section, Boolean(customer.body.last_contact_at), now, zone)).join(t('ui.semicolon'))
}

function reasonText(reason: Reason, section: Card['section'], met: boolean, now: number, zone: string): string {
  const tongue = currentTongue()
  if (reason.why === 'dormant') {
    const days = Math.floor((now - reason.at) / DAY_MS)
    return t(met ? 'today.why_dormant' : 'today.why_never', { days })
  }
  const what = t(`today.what_${reason.why}`)
  if (reason.at < now) return t('today.why_overdue', { span: spanText(now - reason.at, tongue), what })
  if (section === 'soon') return t('today.why_in', { span: spanText(reason.at - now, tongue), what })
  return t('today.why_today', { when: appointmentText(reason.at, now, zone, tongue), what })
}
