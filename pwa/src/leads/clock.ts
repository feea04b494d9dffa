/** How long an offer still has, and when a screen reader should hear of it. Times are ms UTC, given by the caller. */

import type { Lead, Offer, Pause, Seen } from '../model'
import { HOUR_MS, MINUTE_MS, countdownText } from '../words/format'

/** Below this an offer is red and said aloud once. */
export const HURRY_MS = 5 * MINUTE_MS
const SOON_MS = 10 * MINUTE_MS

export type Tone = 'calm' | 'soon' | 'hurry' | 'over'
export interface Remaining { due_at: number; left: number; share: number; tone: Tone; moves_to: 'next' | 'manager' | 'past' }

/** Time left until this offer goes to the next person, then until the manager hears of it. `share` of 1 is a full ring. */
export function remaining(offer: Offer, now: number): Remaining {
  const moves_to = now < offer.next_at ? 'next' : now < offer.escalate_at ? 'manager' : 'past'
  const due_at = moves_to === 'next' ? offer.next_at : offer.escalate_at
  const left = Math.max(0, due_at - now)
  const whole = Math.max(1, due_at - offer.offered_at)
  return { due_at, left, share: Math.min(1, left / whole), tone: toneOf(left, whole), moves_to }
}

/** Short patience (the demo store's two minutes) is judged by share, so the first second is not already red. */
function toneOf(left: number, whole: number): Tone {
  if (left === 0) return 'over'
  if (left < Math.min(HURRY_MS, whole / 4)) return 'hurry'
  return left < Math.min(SOON_MS, whole / 2) ? 'soon' : 'calm'
}

/** `mm:ss`, or `h:mm:ss` from one hour. A started second counts, so 1 ms left still reads 00:01. */
export function timerText(ms: number): string {
  if (ms < HOUR_MS) return countdownText(ms)
  return `${Math.floor(ms / HOUR_MS)}:${countdownText(ms % HOUR_MS)}`
}

/** Minutes for a label that is read aloud: whole and rounded up, so it changes once a minute. */
export function minutesLeft(ms: number): number {
  return Math.ceil(Math.max(0, ms) / MINUTE_MS)
}

/** Open offers of one person, least time left first. Offers of a store that is still closed do not ring yet. */
export function ringing(offers: Seen<Offer>[], staff_id: string, now: number): Seen<Offer>[] {
  return offers
    .filter(({ body }) => body.to_id === staff_id && body.state === 'open' && body.offered_at <= now)
    .sort((a, b) => remaining(a.body, now).left - remaining(b.body, now).left || a.body.offered_at - b.body.offered_at)
}

export interface Heard { fresh: Set<string>; hurried: Set<string> }
export interface Said { kind: 'new' | 'hurry'; offer: Seen<Offer>; minutes: number }

export function nothingHeard(): Heard {
  return { fresh: new Set(), hurried: new Set() }
}

/** What must be said now and has not been: each offer once when new and once at five minutes. Marks `heard`. */
export function announcements(offers: Seen<Offer>[], heard: Heard, now: number): Said[] {
  const said: Said[] = []
  for (const offer of offers) {
    const { left, tone } = remaining(offer.body, now)
    const minutes = minutesLeft(left)
    if (!heard.fresh.has(offer.id)) said.push({ kind: 'new', offer, minutes })
    else if (tone === 'hurry' && !heard.hurried.has(offer.id)) said.push({ kind: 'hurry', offer, minutes })
    heard.fresh.add(offer.id)
    if (tone === 'hurry') heard.hurried.add(offer.id)
  }
  return said
}

/** The pause that a waiting lead is in, if somebody put it off. */
export function pauseOf(lead: Lead, now: number): Pause | null {
  if (lead.state !== 'waiting' && lead.state !== 'offered') return null
  return lead.snooze && lead.snooze.until > now ? lead.snooze : null
}

export type Waited = { kind: 'running'; ms: number } | { kind: 'paused' | 'snoozed'; until: number } | { kind: 'stopped' }

/**
 * How long a lead has waited in store time; nothing runs while the store is closed, until `opens_at`. The server's
 * deadlines skip closed hours, so counting back from the escalation is exact unless a closing lies ahead of it.
 */
export function waited(lead: Lead, patience_ms: number, now: number, opens_at: number | null): Waited {
  if (lead.state !== 'waiting' && lead.state !== 'offered') return { kind: 'stopped' }
  const pause = pauseOf(lead, now)
  if (pause) return { kind: 'snoozed', until: pause.until }
  if (opens_at !== null) return { kind: 'paused', until: opens_at }
  if (!lead.clock) return { kind: 'running', ms: Math.max(0, now - lead.received_at) }
  const started = lead.clock.offered_at ?? lead.received_at
  if (started > now) return { kind: 'paused', until: started }
  const ms = patience_ms - (lead.clock.escalate_at - now)
  return { kind: 'running', ms: ms < 0 ? now - started : ms }
}

const PAUSES_MIN = [15, 30, 60, 120]
const SNOOZES = 2

/** For how long a lead can still be put off, in minutes: twice at most, and never beyond its first follow-up. */
export function pausesFor(lead: Lead, now: number): number[] {
  if ((lead.snoozes ?? 0) >= SNOOZES) return []
  const last = lead.first_follow_up_due_at ?? Infinity
  return PAUSES_MIN.filter((minutes) => now + minutes * MINUTE_MS < last)
}
