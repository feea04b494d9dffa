/** Finding a phrase among many. Pure. */

import { STEPS, type Script, type Seen, type Step } from '../model'
import { textOf } from '../templates/templates'

export interface Phrase { id: string; step: Step; kind: 'script' | 'objection'; title: string; text: string; own: boolean; row: Seen<Script> }
type Prepared = Phrase & { said: string; initials: string }

/** Those of all stores and of these: the stores' own before everybody's, then by step. */
export function phrasesFor(rows: readonly Seen<Script>[], store_ids: readonly string[]): Phrase[] {
  return rows
    .filter(({ body }) => !body.withdrawn && (!body.store_id || store_ids.includes(body.store_id)) && textOf(body))
    .map(phraseOf)
    .sort((a, b) => Number(b.own) - Number(a.own) || STEPS.indexOf(a.step) - STEPS.indexOf(b.step) || a.row.at - b.row.at || (a.id < b.id ? -1 : 1))
}

/** What contains every word that was typed, by characters or by the initials of their pinyin; the titles' hits come first. */
export function found(phrases: readonly Phrase[], typed: string, step: Step | null = null): Phrase[] {
  const words = plain(typed).split(' ').filter(Boolean)
  const near = (step ? phrases.filter((phrase) => phrase.step === step) : [...phrases]).map(prepared)
  const hits = near.filter(({ said, initials }) => words.every((word) => said.includes(word) || initials.includes(word)))
  if (!words.length) return hits
  const first = (phrase: Prepared) => (plain(phrase.title).includes(words[0]!) ? 0 : 1)
  return hits.sort((a, b) => first(a) - first(b))
}

/** `{store}`, `{me}` and `{need}` as they are for this customer; what nobody knows is left for the rep to say. */
export function filled(text: string, known: Partial<Record<'store' | 'me' | 'need', string>>): string {
  return text.replace(/\{(store|me|need)\}/g, (_, name: 'store' | 'me' | 'need') => known[name]?.trim() || '…')
}

/** Made ready once for each row: rows that did not change stay the same objects. */
const ready = new WeakMap<Seen<Script>, { said: string; initials: string }>()

function prepared(phrase: Phrase): Prepared {
  const { row } = phrase
  if (!ready.has(row)) {
    const { zh = '', en = '', title = '', keywords = '', initials = '' } = row.body
    ready.set(row, { said: plain([title, keywords, zh, en].join(' ')), initials })
  }
  return { ...phrase, ...ready.get(row)! }
}

function phraseOf(row: Seen<Script>): Phrase {
  const { step, kind = 'script', title = '', store_id } = row.body
  return { id: row.id, step, kind, title, text: textOf(row.body), own: Boolean(store_id), row }
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
}
