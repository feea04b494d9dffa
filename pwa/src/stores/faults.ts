/** What the server finds wrong with hours, said at the place where it is. */

import type { Told } from '../phone/api'
import { t, type Key } from '../words'
import type { Stretch } from './form'

/** `day` is a weekday (0 is Monday) in `hours`, else a date; `shift` counts from 0. */
export interface Fault { code: string; field: string; day: number | string | null; shift: number | null }

const SENTENCES: Record<string, Key> = {
  overlap: 'stores.overlap', out_of_day: 'stores.out_of_day', never_opens: 'stores.never_opens', bad_date: 'stores.bad_date',
  date_out_of_range: 'stores.date_out_of_range', patience_out_of_range: 'stores.patience_out_of_range',
  not_active: 'stores.head_not_active', wrong_role: 'stores.head_wrong_role', other_store: 'stores.head_other_store', twice: 'stores.head_twice',
  unknown_zone: 'stores.unknown_place', unknown_country: 'stores.unknown_place',
}

export function faultsIn(told: Told | undefined): Fault[] {
  return Array.isArray(told?.faults) ? (told.faults as Fault[]) : []
}

export function sentenceOf({ code }: Fault): string {
  return t(SENTENCES[code] ?? 'stores.not_accepted')
}

export function saidOnce(faults: Fault[]): string[] {
  return [...new Set(faults.map(sentenceOf))]
}

/** The faults of one weekday. */
export function ofWeekday(faults: Fault[], weekday: number): Fault[] {
  return faults.filter(({ field, day }) => field === 'hours' && day === weekday)
}

/** The faults of the days of a stretch; each of them has the same shifts, so one of a kind is enough. */
export function ofStretch(faults: Fault[], { first, last }: Stretch): Fault[] {
  const found = faults.filter(({ day }) => typeof day === 'string' && first <= day && day <= last)
  return found.filter(({ code, shift }, n) => found.findIndex((one) => one.code === code && one.shift === shift) === n)
}

/** What belongs to no day is said beside the button. */
export function ofWhole(faults: Fault[]): Fault[] {
  return faults.filter(({ field, day }) => day === null && field !== 'patience_s')
}

/** By number of the shift: the sentence to show at it. */
export function byShift(faults: Fault[]): Record<number, string> {
  return Object.fromEntries(faults.filter(({ shift }) => shift !== null).map((fault) => [fault.shift, sentenceOf(fault)]))
}
