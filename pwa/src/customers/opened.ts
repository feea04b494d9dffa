import type { What } from '../privacy/looks'

/** Whose page was open last, for what is scanned right after it; each person on a shared phone has their own. */

const last = new Map<string, string>()

export function noteOpened(staff_id: string, customer_id: string): void {
  last.set(staff_id, customer_id)
}

export function lastOpened(staff_id: string): string {
  return last.get(staff_id) ?? ''
}

/** For whoever may ask who looked; what keeps it is fetched behind the page. */
export function noteLook(customer_id: string, what: What): void {
  void import('../privacy/looks').then((looks) => looks.noteLook(customer_id, what)).catch(() => undefined)
}
