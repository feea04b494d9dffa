/** A store's rules as a form, and back. Pure. Empty fields are the default; the server checks what names people. */

import type { Need, Rules, Seen, Share, Staff, Tier } from '../model'
import { isWithin, numberOf, shown, type Limits } from '../ui/number'

export interface PersonDraft { weight: string; open_cap: string; day_cap: string; senior: boolean }
export interface Draft {
  open_cap: string; day_cap: string; reach_min: string; personal_wait_min: string; senior_score: string
  senior_tiers: Tier[]; needs: Need[]; people: Record<string, PersonDraft>
}
export type NumberField = 'weight' | 'open_cap' | 'day_cap' | 'reach_min' | 'personal_wait_min' | 'senior_score'
export type Wish = { [K in keyof Rules]-?: Rules[K] | null }

/** What the server takes, both ends included. */
export const LIMITS: Record<NumberField, Limits> = {
  weight: [0, 100], open_cap: [1, 1000], day_cap: [1, 1000], reach_min: [5, 10080], personal_wait_min: [0, 120], senior_score: [1, 100],
}
export const TIERS: readonly Tier[] = ['A', 'B', 'C', 'D']
export const PERSONAL_WAIT_MIN = 10

/** Who takes leads at a store, in the order in which people are listed. */
export function takers(staff: Seen<Staff>[], store_id: string): Seen<Staff>[] {
  return staff
    .filter(({ body }) => body.store_ids.includes(store_id) && body.accepts_leads && body.state !== 'left')
    .sort((a, b) => a.body.name.localeCompare(b.body.name, 'zh-Hans-CN') || (a.id < b.id ? -1 : 1))
}

export function draftOf(rules: Rules, people: readonly string[]): Draft {
  return {
    open_cap: shown(rules.open_cap), day_cap: shown(rules.day_cap), reach_min: shown(rules.reach_min),
    personal_wait_min: shown(rules.personal_wait_min ?? PERSONAL_WAIT_MIN), senior_score: shown(rules.senior_score),
    senior_tiers: [...(rules.senior_tiers ?? [])], needs: (rules.needs ?? []).map((need) => ({ ...need })),
    people: Object.fromEntries(people.map((id) => [id, personOf(rules, id)])),
  }
}

function personOf(rules: Rules, id: string): PersonDraft {
  const share = rules.people?.[id] ?? {}
  return { weight: shown(share.weight ?? 1), open_cap: shown(share.open_cap), day_cap: shown(share.day_cap), senior: (rules.seniors ?? []).includes(id) }
}

/** Everything the form says, for the server. Whoever is not on the form, a leaver say, is not in the rules any more. */
export function wishOf(draft: Draft): Wish {
  const people = Object.entries(draft.people).map(([id, person]) => [id, shareOf(person)] as const).filter(([, share]) => Object.keys(share).length > 0)
  const seniors = Object.entries(draft.people).filter(([, { senior }]) => senior).map(([id]) => id)
  const wait = numberOf(draft.personal_wait_min)
  return {
    open_cap: numberOf(draft.open_cap), day_cap: numberOf(draft.day_cap), reach_min: numberOf(draft.reach_min),
    personal_wait_min: wait === PERSONAL_WAIT_MIN ? null : wait, senior_score: numberOf(draft.senior_score),
    senior_tiers: draft.senior_tiers.length ? draft.senior_tiers : null, needs: draft.needs.length ? draft.needs : null,
    people: people.length ? Object.fromEntries(people) : null, seniors: seniors.length ? seniors : null,
  }
}

function shareOf(person: PersonDraft): Share {
  const weight = numberOf(person.weight)
  return dropNulls({ weight: weight === 1 ? null : weight, open_cap: numberOf(person.open_cap), day_cap: numberOf(person.day_cap) })
}

export function isSound(field: NumberField, text: string): boolean {
  return isWithin(LIMITS[field], text)
}

export function isWhole(draft: Draft): boolean {
  const own = (['open_cap', 'day_cap', 'reach_min', 'personal_wait_min', 'senior_score'] as const).every((field) => isSound(field, draft[field]))
  return own && Object.values(draft.people).every((person) => (['weight', 'open_cap', 'day_cap'] as const).every((field) => isSound(field, person[field])))
}

function dropNulls(share: { [K in keyof Share]-?: number | null }): Share {
  return Object.fromEntries(Object.entries(share).filter(([, value]) => value !== null))
}

/** 2026-11 → 2026-10. */
export function monthBefore(month: string): string {
  const [year, nth] = month.split('-').map(Number) as [number, number]
  return nth === 1 ? `${year - 1}-12` : `${year}-${String(nth - 1).padStart(2, '0')}`
}
