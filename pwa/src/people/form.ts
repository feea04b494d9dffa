/** One person as a form: what the server holds, what a manager types, and what is sent back. */

import type { NextAway, PersonShifts, Staff } from '../model'
import { dayAfter, inOrder, shiftsOf, spansOf, todayIn, type Shift } from '../stores/form'
import { atWall, DAY_MS } from '../words/format'

export type Presence = 'active' | 'leave' | 'travel'
/** Shifts of the week, Monday first. */
export type Week = Shift[][]
export interface PersonForm {
  presence: Presence
  /** the first day away, '' from now on */
  first: string
  /** the last day away, as 2026-12-01; '' until further notice */
  last: string
  accepts_leads: boolean; senior: boolean; skills: string; weight: string; cap: string
  /** by store; null: whenever the store is open */
  weeks: Record<string, Week | null>
}
export type Wish = Partial<{
  accepts_leads: boolean; state: Staff['state']; back_at: number | null; next_away: NextAway | null; shifts: Record<string, PersonShifts | null>
  skills: string[]; senior: boolean; weight: number | null; cap: number | null
}>
export const LIMITS = { weight: [0, 100], cap: [1, 1000] } as const

export function formOf(person: Staff, zone: string): PersonForm {
  return {
    presence: person.state === 'left' ? 'active' : person.state,
    first: '',
    last: person.back_at ? todayIn(zone, person.back_at - DAY_MS / 2) : '',
    accepts_leads: person.accepts_leads, senior: person.senior ?? false, skills: (person.skills ?? []).join('、'),
    weight: numberText(person.weight), cap: numberText(person.cap),
    weeks: Object.fromEntries(person.store_ids.map((id) => [id, person.shifts?.[id]?.hours.map(shiftsOf) ?? null])),
  }
}

/** Only what differs from what the server holds. */
export function wishOf(form: PersonForm, held: Staff, zone: string): Wish {
  const before = formOf(held, zone)
  const wish: Wish = {}
  if (form.accepts_leads !== before.accepts_leads) wish.accepts_leads = form.accepts_leads
  if (form.senior !== before.senior) wish.senior = form.senior
  if (form.skills.trim() !== before.skills) wish.skills = skillsIn(form.skills)
  for (const field of ['weight', 'cap'] as const) {
    if (form[field].trim() !== before[field]) wish[field] = form[field].trim() ? Number(form[field]) : null
  }
  return { ...wish, ...presenceOf(form, before, zone), ...shiftsOfWish(form, before, held) }
}

/** Away from a day on is away as that day begins. */
export function awayFrom(first: string, zone: string): number {
  return backAt(dayAfter(first, -1), zone)!
}

/** Somebody away until the end of a day is back as the next one begins. */
export function backAt(last: string, zone: string): number | null {
  if (!last) return null
  const next = new Date(Date.parse(last) + DAY_MS)
  return atWall({ year: next.getUTCFullYear(), month: next.getUTCMonth() + 1, day: next.getUTCDate(), hour: 0, minute: 0 }, zone)
}

export function skillsIn(text: string): string[] {
  return [...new Set(text.split(/[、,，;；\n]/).map((skill) => skill.trim()).filter(Boolean))]
}

/** Empty is sound: it is the store's word. */
export function isSound(field: keyof typeof LIMITS, text: string): boolean {
  const [from, to] = LIMITS[field]
  return !text.trim() || (/^\d+$/.test(text.trim()) && Number(text) >= from && Number(text) <= to)
}

export function isWhole(form: PersonForm): boolean {
  return isSound('weight', form.weight) && isSound('cap', form.cap)
}

function presenceOf(form: PersonForm, before: PersonForm, zone: string): Wish {
  if (form.presence === 'active') return before.presence === 'active' ? {} : { state: 'active' }
  if (form.first) return { next_away: { state: form.presence, from_at: awayFrom(form.first, zone), back_at: backAt(form.last, zone) } }
  if (form.presence === before.presence && form.last === before.last) return {}
  return { state: form.presence, back_at: backAt(form.last, zone) }
}

/** Days of their own that a week was given elsewhere stay as they are. */
function shiftsOfWish(form: PersonForm, before: PersonForm, held: Staff): Wish {
  const changed = Object.entries(form.weeks).filter(([id, week]) => JSON.stringify(week) !== JSON.stringify(before.weeks[id]))
  if (!changed.length) return {}
  const kept = (id: string) => held.shifts?.[id] ?? { closures: [], openings: {} }
  return { shifts: Object.fromEntries(changed.map(([id, week]) => [id, week && { ...kept(id), hours: week.map((shifts) => spansOf(inOrder(shifts))) }])) }
}

function numberText(number: number | null | undefined): string {
  return number === null || number === undefined ? '' : String(number)
}
