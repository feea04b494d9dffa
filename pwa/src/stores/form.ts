/** A store's hours as a form: what the server sends, what a person types, and what is sent back. */

import { DAY_MS, wallOf } from '../words/format'

export type Span = [opens: number, closes: number]
export type HolidayRule = 'usual' | 'sunday' | 'closed'
export type MakeUpRule = 'usual' | 'weekday'
/** As GET and PATCH /api/stores/{id} answer; minutes after midnight, dates as 2026-10-01. */
export interface StoreHours {
  id: string; name: string; version: number; zone: string; country: string
  hours: Span[][]; closures: string[]; openings: Record<string, Span[]>
  holiday_rule: HolidayRule; make_up_rule: MakeUpRule; patience_s: number
  manager_id: string | null; deputy_id: string | null; area_id: string | null
  address: string
  changed_by: string | null; changed_at: number
  holidays: { first: string; last: string; name: string }[]
  make_up_days: { day: string; weekday: number }[]
  unknown_years: number[]
}
/** 'HH:MM' each, as an input of type time has them; empty while nothing is chosen. */
export interface Shift { opens: string; closes: string }
/** Days in a row that have hours of their own; without any the store rests. */
export interface Stretch { first: string; last: string; shifts: Shift[] }
export interface HoursForm { week: Shift[][]; stretches: Stretch[]; holiday_rule: HolidayRule; make_up_rule: MakeUpRule; patience_min: number }
export type Wish = Partial<Pick<StoreHours, 'hours' | 'closures' | 'openings' | 'holiday_rule' | 'make_up_rule' | 'patience_s'>>

const MINUTE_S = 60
export const LONGEST_STRETCH = 366

/** What is still to come can be changed; what is past stays as it is and is not shown. */
export function formOf(held: StoreHours, today: string): HoursForm {
  return {
    week: held.hours.map(shiftsOf), stretches: stretchesOf(held, today),
    holiday_rule: held.holiday_rule, make_up_rule: held.make_up_rule,
    patience_min: held.patience_s / MINUTE_S,
  }
}

/** Only what differs from what the server holds. */
export function wishOf(form: HoursForm, held: StoreHours, today: string): Wish {
  const before = formOf(held, today)
  const wish: Wish = {}
  if (differ(form.week, before.week)) wish.hours = form.week.map(spansOf)
  if (differ(form.stretches, before.stretches)) Object.assign(wish, datesOf(form.stretches, held, today))
  if (form.holiday_rule !== before.holiday_rule) wish.holiday_rule = form.holiday_rule
  if (form.make_up_rule !== before.make_up_rule) wish.make_up_rule = form.make_up_rule
  if (form.patience_min !== before.patience_min) wish.patience_s = Math.round(form.patience_min * MINUTE_S)
  return wish
}

export function hasChanges(wish: Wish): boolean {
  return Object.keys(wish).length > 0
}

/** What somebody changed of what they saw stays as they have it; the rest is as it stands now. */
export function carried<F extends object>(form: F, before: F, now: F): F {
  const parts = Object.keys(now) as (keyof F)[]
  return Object.fromEntries(parts.map((part) => [part, differ(form[part], before[part]) ? form[part] : now[part]])) as F
}

/** A closing at or before the opening is on the next day, so 00:00–00:00 is a whole one. */
export function endsNextDay({ opens, closes }: Shift): boolean {
  return Boolean(opens && closes) && closes <= opens && closes !== '00:00'
}

export function isWholeDay({ opens, closes }: Shift): boolean {
  return opens === '00:00' && closes === '00:00'
}

export function isComplete(shifts: Shift[]): boolean {
  return shifts.every(({ opens, closes }) => opens && closes)
}

/** In the order of the day, so that a fault of the server's names what the person sees. */
export function inOrder(shifts: Shift[]): Shift[] {
  return shifts.map((shift) => ({ ...shift })).sort((a, b) => a.opens.localeCompare(b.opens))
}

export function spansOf(shifts: Shift[]): Span[] {
  return shifts.map(({ opens, closes }) => [minuteOf(opens), minuteOf(closes)])
}

export function shiftsOf(spans: Span[]): Shift[] {
  return inOrder(spans.map(([opens, closes]) => ({ opens: timeOf(opens), closes: timeOf(closes) })))
}

/** The date on the store's wall. */
export function todayIn(zone: string, now: number): string {
  const { year, month, day } = wallOf(now, zone)
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10)
}

export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)
}

/** Why a stretch cannot be: its days, or another stretch on one of them. Null if it can. */
export function faultOf(stretch: Stretch, others: Stretch[]): 'bad_date' | 'date_order' | 'dates_taken' | 'too_long' | null {
  if (![stretch.first, stretch.last].every((day) => /^\d{4}-\d\d-\d\d$/.test(day))) return 'bad_date'
  if (stretch.last < stretch.first) return 'date_order'
  if (stretch.last > dayAfter(stretch.first, LONGEST_STRETCH)) return 'too_long'
  return others.some(({ first, last }) => first <= stretch.last && stretch.first <= last) ? 'dates_taken' : null
}

export function sortedStretches(stretches: Stretch[]): Stretch[] {
  return [...stretches].sort((a, b) => a.first.localeCompare(b.first))
}

function stretchesOf({ closures, openings }: StoreHours, today: string): Stretch[] {
  const days = [...new Set([...closures, ...Object.keys(openings)])].filter((day) => day >= today).sort()
  const stretches: Stretch[] = []
  for (const day of days) {
    const shifts = shiftsOf(openings[day] ?? [])
    const last = stretches.at(-1)
    if (last && dayAfter(last.last) === day && !differ(last.shifts, shifts)) last.last = day
    else stretches.push({ first: day, last: day, shifts })
  }
  return stretches
}

function datesOf(stretches: Stretch[], held: StoreHours, today: string): Pick<Wish, 'closures' | 'openings'> {
  const closures = held.closures.filter((day) => day < today)
  const openings = Object.fromEntries(Object.entries(held.openings).filter(([day]) => day < today))
  for (const { first, last, shifts } of stretches) {
    for (let day = first; day <= last; day = dayAfter(day)) {
      if (shifts.length) openings[day] = spansOf(shifts)
      else closures.push(day)
    }
  }
  return { closures, openings }
}

function minuteOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return hour * 60 + minute
}

function timeOf(minute: number): string {
  const shown = minute % 1440
  return [Math.floor(shown / 60), shown % 60].map((n) => String(n).padStart(2, '0')).join(':')
}

function differ(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other)
}
