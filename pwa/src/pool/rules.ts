/** A store's thresholds for the pool as a form, and back. Pure. An empty field is the default. */

import type { PoolRules, Tier } from '../model'
import { isWithin, numberOf, shown, type Limits } from '../ui/number'

export const FIELDS = ['days', 'attempts', 'warning_days', 'daily', 'cool_off_days', 'capacity', 'protection_days'] as const
export type Threshold = (typeof FIELDS)[number]
export type Draft = Record<Threshold, string> & { tier_days: Record<Tier, string>; freeze_holidays: boolean; freeze_leave: boolean }
export type Wish = { [K in keyof PoolRules]-?: PoolRules[K] | null }

/** As the server's. */
export const DEFAULTS: Record<Threshold, number> = { days: 14, attempts: 2, warning_days: 3, daily: 5, cool_off_days: 7, capacity: 300, protection_days: 7 }
export const LIMITS: Record<Threshold, Limits> = {
  days: [1, 365], attempts: [1, 20], warning_days: [1, 30], daily: [0, 1000], cool_off_days: [0, 365], capacity: [0, 100_000], protection_days: [1, 365],
}
export const TIERS: readonly Tier[] = ['A', 'B', 'C', 'D']

export function draftOf(rules: PoolRules): Draft {
  const numbers = Object.fromEntries(FIELDS.map((field) => [field, shown(rules[field] ?? DEFAULTS[field])])) as Record<Threshold, string>
  const tier_days = Object.fromEntries(TIERS.map((tier) => [tier, shown(rules.tier_days?.[tier])])) as Record<Tier, string>
  return { ...numbers, tier_days, freeze_holidays: rules.freeze_holidays ?? true, freeze_leave: rules.freeze_leave ?? true }
}

/** Everything the form says, for the server. */
export function wishOf(draft: Draft): Wish {
  const numbers = Object.fromEntries(FIELDS.map((field) => [field, orDefault(field, draft[field])])) as Record<Threshold, number | null>
  const days = TIERS.map((tier) => [tier, numberOf(draft.tier_days[tier])] as const).filter(([, n]) => n !== null)
  return {
    ...numbers, tier_days: days.length ? Object.fromEntries(days) as Partial<Record<Tier, number>> : null,
    freeze_holidays: draft.freeze_holidays ? null : false, freeze_leave: draft.freeze_leave ? null : false,
  }
}

export function isWhole(draft: Draft): boolean {
  const sound = FIELDS.every((field) => isWithin(LIMITS[field], draft[field])) && TIERS.every((tier) => isWithin(LIMITS.days, draft.tier_days[tier]))
  return sound && hasted(draft) === null
}

/** The fewest days of silence that the warning is as long as, or null: who was just spoken to must not be warned about that day. */
export function hasted(draft: Draft): number | null {
  const told = TIERS.map((tier) => numberOf(draft.tier_days[tier])).filter((n) => n !== null)
  const least = Math.min(numberOf(draft.days) ?? DEFAULTS.days, ...told)
  return (numberOf(draft.warning_days) ?? DEFAULTS.warning_days) >= weekdaysIn(least) ? least : null
}

/** How many at least, whatever day it begins on. */
function weekdaysIn(days: number): number {
  return Math.floor(days / 7) * 5 + Math.max(0, (days % 7) - 2)
}

function orDefault(field: Threshold, text: string): number | null {
  const value = numberOf(text)
  return value === DEFAULTS[field] ? null : value
}
