/** How people, their days and a handover read. */

import { minuteText, spansAt } from '../leads/hours'
import type { Seen, Staff, Store } from '../model'
import type { Told } from '../phone/api'
import { currentTongue, t } from '../words'
import { dayText, momentText } from '../words/format'
import type { Fact, Foreseen, Moved, Receiver } from './doors'

type Stores = Pick<Seen<Store>, 'id' | 'body'>[]

/** 在班 10:00–14:00，18:00–22:00; 请假，12月1日 周二回来; 今天不上班 */
export function todayText(person: Staff, stores: Stores, now: number, zone: string): string {
  if (person.state === 'left') return t('people.left')
  if (person.state !== 'active') {
    if (!person.back_at) return t(`people.${person.state}`)
    return t(`people.${person.state}_until`, { day: dayText(person.back_at, zone, currentTongue()) })
  }
  const spans = stores.filter(({ id }) => person.store_ids.includes(id)).flatMap(({ id, body }) => spansAt(hoursOf(person, id, body), now))
  if (!spans.length) return t('people.off_today')
  return t('people.on_today', { hours: joined(spans).map(([from, to]) => `${minuteText(from)}–${minuteText(to)}`).join(t('ui.comma')) })
}

/** 12月1日 周二 起请假，12月5日 周六 回来 */
export function plannedText({ next_away: planned }: Pick<Staff, 'next_away'>, zone: string): string {
  if (!planned) return ''
  const from = dayText(planned.from_at, zone, currentTongue())
  if (!planned.back_at) return t(`people.${planned.state}_from`, { from })
  return t(`people.${planned.state}_from_to`, { from, day: dayText(planned.back_at, zone, currentTongue()) })
}

/** Of several stores, as one day. */
function joined(spans: [number, number][]): [number, number][] {
  const whole: [number, number][] = []
  for (const [from, to] of spans.sort((a, b) => a[0] - b[0])) {
    const last = whole.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else whole.push([from, to])
  }
  return whole
}

function hoursOf(person: Staff, store_id: string, store: Store) {
  const own = person.shifts?.[store_id]
  return own ? { zone: store.zone, hours: own.hours, closures: own.closures ?? [], openings: own.openings ?? {} } : store
}

type Named = (id: string) => string

/** What would go, to whom where the store has nobody, from which phones, and what on them is not here yet: one sentence each. */
export function foreseenLines(told: Foreseen, person: Named, store: Named): string[] {
  const lines = [movedText(told)]
  if (told.credits) lines.push(t('people.credits_end', { n: told.credits }))
  for (const { store_id, staff_id } of told.stand_ins) lines.push(t('people.stands_in', { store: store(store_id), name: person(staff_id) }))
  if (told.phones.length) lines.push(t('people.phones_lose', { phones: told.phones.length, rows: told.rows }))
  if (told.unsent || told.photos) lines.push(t('people.at_risk', { unsent: told.unsent, photos: told.photos }))
  else if (told.phones.length > told.never_heard) lines.push(t('people.all_sent'))
  if (told.never_heard) lines.push(t('people.never_heard', { n: told.never_heard }))
  return lines
}

function movedText({ customers, leads, offers, appointments }: Moved): string {
  if (!customers && !leads && !offers) return t('people.nothing')
  return t('people.moves', { customers, leads, offers, appointments })
}

export function receiverText({ customers, leads, offers }: Receiver): string {
  return t('people.receives', { customers, leads: leads + offers })
}

const FAULTS = ['not_away', 'in_the_past', 'date_out_of_range', 'overlap', 'out_of_day', 'never_opens', 'other_store', 'ends_before', 'not_here'] as const

/** Why something was not done: the sentences of the faults, or of the code. */
export function troubleText(status: number, code: string, told: Told | undefined): string {
  if (status === 0) return t('people.no_network')
  if (code === 'nobody_eligible' || code === 'not_eligible') return t(`people.${code}`)
  if (status === 403) return t('people.forbidden')
  const faults = Array.isArray(told?.faults) ? (told.faults as { code: string }[]) : []
  const known = FAULTS.filter((each) => faults.some((fault) => fault.code === each))
  return known.length ? known.map((each) => t(`people.${each}`)).join('') : t('people.failed')
}

const STATES = ['active', 'leave', 'travel', 'left'] as const

/** 今天 10:30 林静 改了排班、份额; 林静 交接了 31 位客户 */
export function factText({ at, by_id, kind, told }: Fact, names: (id: string) => string, now: number, zone: string): string {
  const who = by_id ? names(by_id) : t('people.by_itself')
  const time = momentText(at, now, zone, currentTongue())
  if (kind === 'handover') return t('people.fact_handover', { time, who, n: countedIn(told.customers) })
  const state = STATES.find((each) => Array.isArray(told.state) && told.state[1] === each)
  if (state) return t(`people.fact_${state}`, { time, who })
  if (!Array.isArray(told.next_away)) return t('people.fact_changed', { time, who })
  const planned = told.next_away[1] as Staff['next_away']
  return planned ? t('people.fact_planned', { time, who, what: plannedText({ next_away: planned }, zone) }) : t('people.fact_called_off', { time, who })
}

function countedIn(by_receiver: unknown): number {
  return Object.values((by_receiver ?? {}) as Record<string, string[]>).flat().length
}
