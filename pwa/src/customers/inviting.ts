import type { Bodies, Seen } from '../model'
import { currentTongue, t } from '../words'
import { calendarFile, type Appointment } from './calendarFile'

/** What the customer's next visit is called by: the contact that booked it, and the store they come to. */
export function appointmentOf(customer: Seen<Bodies['customer']>, contacts: Seen<Bodies['follow_up']>[], store: Seen<Bodies['store']> | undefined): Appointment | null {
  const at = customer.body.next_at
  const fact = contacts.filter(({ body }) => body.revisit?.result === 'booked' && body.revisit.at === at).sort((a, b) => b.at - a.at)[0]
  if (!at || !fact) return null
  const { name = '', address = '', point = null } = store?.body ?? {}
  return { id: fact.id, at, summary: name, location: [name, address].filter(Boolean).join(currentTongue() === 'zh' ? '，' : ', '), point }
}

/** Hands the file to another application of this phone, else to its downloads; false where the person changed their mind. */
export async function invite(appointment: Appointment, now: number): Promise<boolean> {
  const text = calendarFile({ ...appointment, summary: t('contacts.ics_summary', { store: appointment.summary }) }, now)
  const file = new File([text], 'shopbell.ics', { type: 'text/calendar' })
  if (navigator.canShare?.({ files: [file] })) return shared(file)
  download(file)
  return true
}

async function shared(file: File): Promise<boolean> {
  try {
    await navigator.share({ files: [file] })
    return true
  } catch (cause) {
    if ((cause as Error).name === 'AbortError') return false
    download(file)
    return true
  }
}

function download(file: File): void {
  const url = URL.createObjectURL(file)
  const link = Object.assign(document.createElement('a'), { href: url, download: file.name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
