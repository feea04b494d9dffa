import { factOf, PARTS, type Form, type Part } from '../followups/form'
import { STEPS, type FollowUp } from '../model'

/** The form of a contact that was told, to be told better. */
export function formOf(id: string, contact: FollowUp): Form {
  const { revisit, started_at } = contact
  const answers = Object.fromEntries(PARTS.flatMap((part) => (part === 'revisit' ? [] : [[part, answerOf(contact, part)]])))
  const notes = Object.fromEntries(STEPS.map((step) => [step, contact[step].note ?? '']))
  const { note: _, ...next } = revisit
  return { id, answers, notes, revisit: next, replies: { ...contact.answers }, open: null, started_at, kept_at: started_at }
}

/** What a form says of a contact, without the ids and times that no correction may touch; throws while it is unfinished. */
export function contactFields(form: Form): Record<string, unknown> {
  const fact = factOf(form, { customer_id: '', ended_at: form.started_at })
  const said = Object.keys(form.replies ?? {}).length ? { answers: fact.answers ?? {} } : {}
  return { ...Object.fromEntries(PARTS.map((part) => [part, fact[part]])), ...said }
}

function answerOf(contact: FollowUp, part: Exclude<Part, 'revisit'>): string {
  const told = contact[part]
  return typeof told === 'string' ? told : told.result
}
