/** Which template holds for a contact, and what it asks. Pure. */

import { EVERYTHING, PARTS, type Wanted } from '../followups/form'
import type { Beside, Customer, PhotoPrompt, Question, Seen, Stage, Step, Template, Tier } from '../model'
import { currentTongue } from '../words'

/** The channel and the five steps; nobody has more than eight answers to give. */
const ALWAYS = 6
export const MOST_REQUIRED = 8
export const BESIDE: readonly Beside[] = ['mood', 'breakthrough']
export const STAGES: readonly Stage[] = ['first', 'following', 'opportunity']

/** A customer nobody has put in a tier is treated as B, as their cadence is. */
const UNTIERED: Tier = 'B'

export interface Asked extends Wanted {
  template: Seen<Template> | null
  questions: readonly Question[]
  musts: readonly Question[]
  prompts: readonly PhotoPrompt[]
}
export const NOTHING_MORE: Asked = { ...EVERYTHING, template: null, questions: [], musts: [], prompts: [] }

type About = Pick<Customer, 'store_id' | 'tier' | 'contact_count' | 'opportunity_at'>

/** Where this customer stands, as far as the next contact is concerned. */
export function stageOf({ contact_count, opportunity_at }: Pick<About, 'contact_count' | 'opportunity_at'>): Stage {
  if (opportunity_at) return 'opportunity'
  return contact_count ? 'following' : 'first'
}

/** The most specific one: of the store and the tier, of the store, of the tier, of all; among equals the newest. */
export function templateFor(templates: readonly Seen<Template>[], customer: About): Seen<Template> | null {
  const stage = stageOf(customer)
  const tier = customer.tier ?? UNTIERED
  const holding = templates.filter(({ body }) =>
    !body.withdrawn && body.stage === stage && (!body.store_id || body.store_id === customer.store_id) && (!body.tiers?.length || body.tiers.includes(tier)))
  return holding.sort((a, b) => narrowness(b.body) - narrowness(a.body) || b.at - a.at || (a.id < b.id ? 1 : -1))[0] ?? null
}

/** What a contact by this template is asked for. */
export function askedBy(template: Seen<Template> | null): Asked {
  if (!template) return NOTHING_MORE
  const { questions = [], photos = [], requires = BESIDE } = template.body
  const parts = PARTS.filter((part) => !isBeside(part) || requires.includes(part))
  return { template, questions, prompts: photos, parts, musts: questions.filter(({ must }) => must) }
}

/** The answers without which a contact is not finished. */
export function countRequired({ questions = [], requires = BESIDE }: { questions?: readonly Question[]; requires?: readonly Beside[] }): number {
  return ALWAYS + requires.length + questions.filter(({ must }) => must).length
}

/** In the reader's language, or the one it was written in. */
export function textOf({ zh = '', en = '' }: { zh?: string; en?: string }): string {
  return currentTongue() === 'zh' ? zh.trim() || en.trim() : en.trim() || zh.trim()
}

/** What was answered to a question the last time it was; empty when it never was. `contacts`: newest first. */
export function lastReply(id: string, contacts: readonly { body: { answers?: Record<string, string> } }[]): string {
  return contacts.find(({ body }) => body.answers?.[id])?.body.answers?.[id] ?? ''
}

/** Every question of every template by its id, whatever became of it, for reading what was answered. */
export function questionsIn(templates: readonly Seen<Template>[]): Map<string, Question> {
  return new Map(templates.flatMap(({ body }) => (body.questions ?? []).map((question) => [question.id, question] as const)))
}

export function questionsOf<Q extends { step: Step }>(step: Step, questions: readonly Q[]): Q[] {
  return questions.filter((question) => question.step === step)
}

function narrowness({ store_id, tiers = [] }: Template): number {
  return (store_id ? 2 : 0) + (tiers.length ? 1 : 0)
}

export function isBeside(part: unknown): part is Beside {
  return (BESIDE as readonly unknown[]).includes(part)
}
