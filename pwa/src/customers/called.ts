import type { Bodies, Seen } from '../model'
import { t } from '../words'
import { maskedPhone } from '../words/format'

/** What to call a customer in one line: the name, else how they are addressed, else the masked phone. */
export function calledOf(body: Pick<Bodies['customer'], 'name' | 'salutation' | 'phone'>): string {
  return calledBy(body.name || body.salutation, maskedPhone(body.phone))
}

/** Nobody has an empty name: whoever gave none goes by the masked phone. A lead is called so too. */
export function calledBy(name: string, phone_masked: string | undefined): string {
  return name || phone_masked || t('leads.no_name')
}

/** The name of a member of staff by id, or undefined when this phone does not know them. */
export function staffName(staff: Seen<Bodies['staff']>[] | undefined, id: string | null | undefined): string | undefined {
  return id ? staff?.find((person) => person.id === id)?.body.name : undefined
}

/** Whether they took back that we contact them. */
export function hasWithdrawn(customer: Partial<Bodies['customer']> | undefined): boolean {
  return customer?.withdrawn?.service !== undefined
}
