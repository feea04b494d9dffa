import { describe, expect, it } from 'vitest'
import type { Seen, Template } from '../model'
import { askedBy, countRequired, lastReply, stageOf, templateFor, textOf } from './templates'

const row = (id: string, body: Partial<Template>, at = 1): Seen<Template> => ({
  id, entity: 'template', root: id, version: 3, body: { name: id, stage: 'first', ...body }, by: 'lin', at, received_at: at, captured_at: at, pending: false, saved_at: null,
})
const sun = { store_id: 'renmin', tier: 'A', contact_count: 0, opportunity_at: null } as const
const which = (templates: Seen<Template>[], customer: Parameters<typeof templateFor>[1] = sun) => templateFor(templates, customer)?.id

describe('the template of a contact', () => {
  const all = [row('all', {}), row('tier', { tiers: ['A'] }), row('store', { store_id: 'renmin' }), row('both', { store_id: 'renmin', tiers: ['A', 'B'] })]

  it('is the most specific one: store and tier before store, before tier, before all', () => {
    expect(which(all)).toBe('both')
    expect(which(all.slice(0, 3))).toBe('store')
    expect(which(all.slice(0, 2))).toBe('tier')
    expect(which(all.slice(0, 1))).toBe('all')
    expect(which([])).toBeUndefined()
  })
  it('is none of another store, another tier, another stage, nor one that was withdrawn', () => {
    expect(which(all, { ...sun, store_id: 'binjiang', tier: 'C' })).toBe('all')
    expect(which(all, { ...sun, tier: 'D' })).toBe('store')
    expect(which(all, { ...sun, contact_count: 1 })).toBeUndefined()
    expect(which([row('x', { withdrawn: true }), row('y', { store_id: 'renmin', withdrawn: true })])).toBeUndefined()
  })
  it('treats whoever is in no tier as B', () => {
    expect(which(all, { ...sun, tier: null })).toBe('both')
    expect(which(all.slice(0, 2), { ...sun, tier: null })).toBe('all')
  })
  it('is the newest among equals', () => {
    expect(which([row('old', {}, 1), row('new', {}, 9), row('middle', {}, 5)])).toBe('new')
  })
  it('follows the customer: first visit, following, opportunity', () => {
    expect(stageOf({ contact_count: 0 })).toBe('first')
    expect(stageOf({ contact_count: 2, opportunity_at: null })).toBe('following')
    expect(stageOf({ contact_count: 2, opportunity_at: 7 })).toBe('opportunity')
  })
})

describe('what it asks', () => {
  const question = { id: 'q', step: 'needs', zh: '几口人住？', must: true } as const
  it('stands in place of mood and breakthrough where it must be answered', () => {
    const asked = askedBy(row('t', { requires: ['mood'], questions: [question, { id: 'r', step: 'needs', zh: '朝向？' }] }))
    expect(asked.parts).toEqual(['channel', 'greeting', 'needs', 'proposal', 'objection', 'revisit', 'mood'])
    expect(asked.musts).toEqual([question])
    expect(askedBy(null).parts).toHaveLength(8)
  })
  it('is counted as the server counts it', () => {
    expect(countRequired({})).toBe(8)
    expect(countRequired({ requires: ['mood'], questions: [question] })).toBe(8)
    expect(countRequired({ requires: ['mood', 'breakthrough'], questions: [question] })).toBe(9)
    expect(countRequired({ requires: [] })).toBe(6)
  })
  it('is said in the language it was written in where there is no other', () => {
    expect(textOf({ zh: '', en: 'Who decides?' })).toBe('Who decides?')
    expect(textOf({ zh: '谁做主？', en: 'Who decides?' })).toBe('谁做主？')
  })
  it('shows what was answered the last time it was', () => {
    const contacts: { body: { answers?: Record<string, string> } }[] = [{ body: { answers: { r: '南' } } }, { body: { answers: { q: '三口人' } } }, { body: { answers: { q: '两口人' } } }, { body: {} }]
    expect([lastReply('q', contacts), lastReply('none', contacts)]).toEqual(['三口人', ''])
  })
})
