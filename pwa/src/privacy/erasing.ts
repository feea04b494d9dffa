import { call } from '../phone/api'

export type Reason = 'asked' | 'consent_withdrawn' | 'retention_over' | 'under_14'
export const REASONS: Reason[] = ['asked', 'consent_withdrawn', 'retention_over', 'under_14']

/** What would go: how many of each kind, from how many phones. */
export interface Preview { records: Record<string, number>; open_leads: number; phones: number }
export interface Phone { device_id: string; name: string; staff_id: string; staff_name: string; last_seen_at: number | null; revoked_at: number | null }
/** `by_id` null: the customer themselves, by a link. */
export interface Erasure { id: string; at: number; by_id: string | null; reason: Reason; store_id: string; confirmed: number; waiting: Phone[] }

/** Null without a network: nothing of this waits on a phone. */
export async function foresee(customer_id: string): Promise<Preview | null> {
  return (await call<Preview>('GET', pathOf(customer_id))).body
}

export async function erase(customer_id: string, reason: Reason): Promise<boolean> {
  return (await call('POST', pathOf(customer_id), { reason }, 60_000)).ok
}

/** What was refused about a number that nobody has. */
export async function eraseRefused(phone: string, reason: Reason): Promise<boolean> {
  return (await call('POST', '/api/erasures/refused', { phone, reason }, 60_000)).ok
}

export async function fetchErasures(): Promise<Erasure[] | null> {
  return (await call<{ erasures: Erasure[] }>('GET', '/api/erasures')).body?.erasures ?? null
}

/** Somebody asked to be erased; `by_id` gave them the link or noted it. `days_left` are working days, of 15. */
export interface Asked { id: string; customer_id: string; store_id: string; name_masked: string; phone_masked: string; via: 'registration' | 'handed_link' | 'staff'; by_id: string | null; at: number; due_on: string; days_left: number }

export async function fetchAsked(): Promise<Asked[] | null> {
  return (await call<{ requests: Asked[] }>('GET', '/api/erasure-requests')).body?.requests ?? null
}

/** Whose data is kept for longer than `months`, by store: `n` in all, of whom the longest silent are named. */
export interface Overdue { months: number; stores: { store_id: string; n: number; customers: { customer_id: string; name_masked: string; phone_masked: string; silent_since: number }[] }[] }

export async function fetchOverdue(): Promise<Overdue | null> {
  return (await call<Overdue>('GET', '/api/overdue')).body
}

export async function decline(id: string, reason: string): Promise<boolean> {
  return (await call('POST', `/api/erasure-requests/${id}/decline`, { reason })).ok
}

/** Whose number it is, as much as it takes to know that it is the right one. */
export interface Found { id: string; name_masked: string; phone_masked: string; store_id: string }

/** Where else the number stands: in what was refused, and among the words of other records. */
export interface Place { id: string; entity: string; at: number; by_id: string | null; store_id: string | null; refused: boolean }
export interface Finding { found: Found | null; elsewhere?: Place[] }

export async function findByNumber(phone: string): Promise<Finding | 'nobody' | 'no_number' | 'busy' | 'offline'> {
  const { body, status } = await call<Finding>('POST', '/api/erasures/find', { phone })
  if (body) return body.found || body.elsewhere?.length ? body : 'nobody'
  return status === 400 ? 'no_number' : status === 429 ? 'busy' : 'offline'
}

/** The kinds that somebody can picture, and how many there are of each. */
export function counted({ records }: Preview): [kind: 'follow_up' | 'comment' | 'visit' | 'photo' | 'recording', n: number][] {
  return (['follow_up', 'comment', 'visit', 'photo', 'recording'] as const).flatMap((kind) => (records[kind] ? [[kind, records[kind]]] : []))
}

function pathOf(customer_id: string): string {
  return `/api/customers/${customer_id}/erasure`
}
