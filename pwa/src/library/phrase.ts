/** A phrase being written, and what a save sends. */

import type { Script, Seen, Step } from '../model'
import type { Draft as Operation } from '../phone/outbox'

export interface Draft { step: Step; kind: 'script' | 'objection'; title: string; zh: string; en: string; keywords: string; store_id: string | null }
export interface Kept { id: string; draft: Draft; before: Draft | null; base: number }

export function blankPhrase(store_id: string | null): Draft {
  return { step: 'needs', kind: 'script', title: '', zh: '', en: '', keywords: '', store_id }
}

export function draftOf({ step, kind = 'script', title = '', zh = '', en = '', keywords = '', store_id = null }: Script): Draft {
  return { step, kind, title, zh, en, keywords, store_id }
}

export function begunOn({ id, body, version }: Seen<Script>): Kept {
  return { id, draft: draftOf(body), before: draftOf(body), base: version }
}

export function lackOf({ kind, title, zh, en }: Draft): 'text' | 'title' | null {
  if (!zh.trim() && !en.trim()) return 'text'
  return kind === 'objection' && !title.trim() ? 'title' : null
}

/** The operation that makes the phrase what the draft says; null where that changes nothing. */
export function operationOf({ id, draft, before, base }: Kept): Operation | null {
  const wanted = trimmed(draft)
  if (!before) return { entity: 'script', id, fields: Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== null && value !== '')) }
  const seen = trimmed(before)
  const fields = Object.fromEntries(Object.entries(wanted).filter(([field, value]) => seen[field as keyof Draft] !== value))
  return Object.keys(fields).length ? { entity: 'script', id, fields, base } : null
}

function trimmed(draft: Draft): Draft {
  return Object.fromEntries(Object.entries(draft).map(([field, value]) => [field, typeof value === 'string' ? value.trim() : value])) as unknown as Draft
}
