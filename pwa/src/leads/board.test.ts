import { describe, expect, test } from 'vitest'
import type { AnyBody, Customer, EntityName, Escalation, Lead, Offer, Seen, Staff, Store } from '../model'
import { NOTHING_ASKED, askedCount, cardsOf, commandOf, countsOf, onBoard, recalled, shownOf, type Asked } from './board'
import { columns } from './desk'
import { peopleToday } from './people'
import { openBetween, taleOf } from './tale'

const MIN = 60_000
const HOUR = 60 * MIN
/** Saturday 10:00 in Shanghai. */
const T = Date.UTC(2026, 10, 21, 2, 0)

function row<B>(entity: EntityName, id: string, body: object, over: Partial<Seen<B>> = {}): Seen<B> {
  return { id, entity, root: 'c', version: 1, by: null, at: T, received_at: T, captured_at: T, pending: false, saved_at: null, body: body as B, ...over }
}
function lead(id: string, over: Partial<Lead> = {}): Seen<Lead> {
  const clock = { offered_at: T, nudge_at: T + 15 * MIN, next_at: T + 20 * MIN, warn_at: T + 25 * MIN, escalate_at: T + 30 * MIN, area_at: T + 60 * MIN }
  return row('lead', id, { store_id: 's', customer_id: `c-${id}`, arrival_id: `a-${id}`, state: 'offered', received_at: T, clock, escalated_at: null, level: null, accepted_at: null, closed_at: null, contacted_at: null, holder_id: null, offered_to: 'bo', responsible_id: 'bo', offer_id: null, source: 'poster', is_known: false, name: '', reasons: [], ...over })
}
const asking = (over: Partial<Asked>): Asked => ({ ...NOTHING_ASKED, ...over })

describe('the filter of the board', () => {
  const customer = (id: string, over: Partial<Customer>) => [id, row<Customer>('customer', id, { name: '', pinyin: '', initials: '', phone: '', tier: null, ...over })] as const
  const customers = new Map([customer('c-a', { name: '赵敏', pinyin: 'zhaomin', initials: 'zm', phone: '+8613800138000', tier: 'A' }), customer('c-b', { name: '王小明', phone: '13911112222' })])
  const leads = [
    lead('a', { name: '赵敏', received_at: T - HOUR, escalated_at: T, level: 'manager' }),
    lead('b', { name: '王小明', source: 'staff', is_known: true, offered_to: 'chen' }),
    lead('d', { state: 'accepted', holder_id: 'bo', offered_to: null, accepted_at: T }),
    lead('e', { store_id: 't', state: 'closed', holder_id: 'chen', offered_to: null, closed_at: T }),
  ]
  const cards = cardsOf(columns(leads, T - HOUR, T + MIN), customers)
  const found = (over: Partial<Asked>) => shownOf(cards, asking(over)).map((card) => card.lead.id)

  test('asks nothing and shows everything in the order of work', () => {
    expect(found({})).toEqual(['a', 'b', 'd', 'e'])
  })
  test('narrows by state, by who has it, by source, tier, customer and store', () => {
    expect([found({ group: 'act' }), found({ person: 'bo' }), found({ source: 'staff' }), found({ tier: 'A' }), found({ tier: 'none', known: 'known' }), found({ store: 't' })])
      .toEqual([['a'], ['a', 'd'], ['b'], ['a'], ['b'], ['e']])
  })
  test('finds a name by its characters or letters, and a number by its last digits only', () => {
    expect([found({ words: '小明' }), found({ words: 'ZM' }), found({ words: '8000' }), found({ words: '2222 ' }), found({ words: '1380' })]).toEqual([['b'], ['a'], ['a'], ['b'], []])
  })
  test('says beside each answer what it would show with the rest as it is', () => {
    expect([...countsOf(cards, asking({ person: 'bo', group: 'act' }), 'group')]).toEqual([['act', 1], ['answered', 1]])
    expect(countsOf(cards, asking({ person: 'bo' }), 'person').get('chen')).toBe(2)
  })
  test('counts what is asked, so that one tap can take it all back', () => {
    expect([askedCount(NOTHING_ASKED), askedCount(asking({ person: 'bo', words: ' 8000' })), askedCount(asking({ words: '  ' }))]).toEqual([0, 2, 0])
  })
  test('is remembered but for the words, and an answer that means nothing any more asks nothing', () => {
    expect(recalled({ person: 'bo', group: 'act', words: '8000' })).toEqual(asking({ person: 'bo', group: 'act' }))
    expect([recalled(null), recalled({ group: 'gone', tier: 7, stranger: 'x' })]).toEqual([NOTHING_ASKED, NOTHING_ASKED])
  })
  test('leaves out what was over before today', () => {
    const old = { state: 'accepted' as const, received_at: T - 48 * HOUR, accepted_at: T - 47 * HOUR }
    expect([lead('w', { received_at: T - 48 * HOUR }), lead('o', old), lead('n', { ...old, state: 'closed', closed_at: T })].map((one) => onBoard(one, T - HOUR))).toEqual([true, false, true])
  })
})

test('the keys of the board', () => {
  expect(['1', '4', 'J', 'k', '/', '?', '0', 'Enter', 'a'].map((key) => commandOf(key))).toEqual([
    { do: 'group', group: 'act' }, { do: 'group', group: 'closed' }, { do: 'move', by: 1 }, { do: 'move', by: -1 }, { do: 'search' }, { do: 'keys' }, { do: 'clear' }, { do: 'open' }, { do: 'reassign' },
  ])
  expect(['5', 'x', ' ', 'Tab'].map((key) => commandOf(key))).toEqual([null, null, null, null])
})

describe('today by person', () => {
  const person = (id: string, over: Partial<Staff> = {}) => row<Staff>('staff', id, { name: id, store_ids: ['s'], accepts_leads: true, state: 'active', ...over })
  const offer = (lead_id: string, to_id: string, over: Partial<Offer> = {}) => row<Offer>('offer', `o-${lead_id}-${to_id}`, { lead_id, to_id, store_id: 's', state: 'open', offered_at: T, escalate_at: T + 30 * MIN, ...over })
  const up = (lead_id: string, from_id: string, over: Partial<Escalation> = {}) => row<Escalation>('escalation', `e-${lead_id}-${from_id}`, { lead_id, from_id, store_id: 's', to_id: 'lin', at: T, level: 'next', reason: 'unanswered', ...over })
  const staff = [person('bo'), person('chen'), person('fang'), person('gone', { state: 'left' }), person('clerk', { accepts_leads: false }), person('far', { store_ids: ['t'] })]
  const told = (rows: Partial<Parameters<typeof peopleToday>[0]>, at = T + MIN) =>
    peopleToday({ leads: [], offers: [], escalations: [], staff, store_ids: ['s'], ...rows }, T - HOUR, at).map(({ staff_id, assigned, accepted, late, load }) => [staff_id, assigned, accepted, late, load])

  test('counts each lead once for each person, whoever let most pass first', () => {
    const offers = [offer('l', 'bo', { state: 'missed' }), offer('l', 'chen', { state: 'accepted' }), offer('m', 'chen', { state: 'accepted' }), offer('y', 'chen', { offered_at: T - 9 * HOUR })]
    const leads = [lead('l', { state: 'accepted', holder_id: 'chen', accepted_at: T, offered_to: null }), lead('m', { state: 'closed', holder_id: 'chen', accepted_at: T, offered_to: null })]
    expect(told({ offers, leads, escalations: [up('l', 'bo'), up('l', 'bo', { level: 'manager' })] })).toEqual([['bo', 1, 0, 1, 0], ['chen', 2, 2, 0, 1], ['fang', 0, 0, 0, 0]])
  })
  test('an open offer is late once its time is up, whether or not news of it came', () => {
    const rows = { offers: [offer('l', 'fang')], leads: [lead('l', { offered_to: 'fang' })] }
    expect([told(rows)[0], told(rows, T + 30 * MIN)[0]]).toEqual([['fang', 1, 0, 0, 1], ['fang', 1, 0, 1, 1]])
  })
  test('a reception of one\'s own is accepted without an offer, and a late first follow-up is not a missed offer', () => {
    const leads = [lead('l', { state: 'accepted', holder_id: 'bo', accepted_at: T, offered_to: null, self_received: true })]
    expect(told({ leads, escalations: [up('l', 'bo', { reason: 'first_follow_up' })] })[0]).toEqual(['bo', 0, 1, 0, 1])
  })
  test('who does not receive leads is named only where they had one', () => {
    expect(told({ offers: [offer('l', 'clerk')] }).map(([id]) => id)).toEqual(['bo', 'chen', 'clerk', 'fang'])
  })
})

describe('the history of a lead with its reasons', () => {
  const store = { zone: 'Asia/Shanghai', hours: Array.from({ length: 7 }, () => [[600, 1320]]), closures: [], openings: {} } as unknown as Store
  const own = { lead_id: 'l' }
  const card = [{ staff_id: 'bo', code: 'fairest' }, { staff_id: 'hao', code: 'leave' }]
  const offered = (id: string, to_id: string, at: number, over: object = {}) => row<Offer>('offer', id, { ...own, to_id, state: 'open', offered_at: at, nudged_at: null, reason: 'fairest', ...over })
  const told = (of: Seen<Lead>, tree: Seen<AnyBody>[], now = T + HOUR) => taleOf(of, tree, store, now)

  test('tells every step, who was passed over for whom, and how long the acceptance took', () => {
    const tree: Seen<AnyBody>[] = [
      row('arrival', 'a-l', {}, { at: T }),
      offered('o1', 'bo', T + 1, { state: 'missed', nudged_at: T + 15 * MIN, reasons: card }),
      row('escalation', 'e1', { ...own, at: T + 20 * MIN - 1, level: 'next', from_id: 'bo', to_id: 'chen', reason: 'unanswered' }),
      offered('o2', 'chen', T + 20 * MIN, { state: 'accepted', reason: 'next', reasons: [{ staff_id: 'chen', code: 'fairest' }, { staff_id: 'bo', code: 'missed' }] }),
      row('acceptance', 'x', { ...own, offer_id: 'o2' }, { by: 'chen', at: T + 24 * MIN, pending: true }),
      row('follow_up', 'f', { ...own, started_at: T, ended_at: T + 40 * MIN }, { by: 'chen' }),
      row('closing', 'z', { ...own, reason: 'opportunity' }, { by: 'chen', at: T + 50 * MIN }),
    ]
    const lines = told(lead('l', { state: 'closed', accepted_at: T + 24 * MIN, contacted_at: T + 40 * MIN, closed_at: T + 50 * MIN, holder_id: 'chen' }), tree)
    expect(lines.map(({ kind, staff_id }) => [kind, staff_id])).toEqual([
      ['arrival', null], ['offer_missed', 'bo'], ['nudge', 'bo'], ['escalation', 'chen'], ['offer', 'chen'], ['acceptance', 'chen'], ['follow_up', 'chen'], ['closing', 'chen'],
    ])
    expect(lines[1]).toMatchObject({ why: 'fairest', card: [{ staff_id: 'hao', code: 'leave' }] })
    expect(lines[3]).toMatchObject({ from_id: 'bo', level: 'next', why: 'unanswered' })
    expect(lines[5]).toMatchObject({ took_ms: 24 * MIN, after_ms: 24 * MIN, pending: true })
    expect(lines[6]?.first).toBe(true)
  })
  test('an acceptance in the morning took opening time only', () => {
    const evening = T + 11 * HOUR + 50 * MIN
    const taken = row<never>('acceptance', 'x', own, { by: 'bo', at: T + 24 * HOUR + 5 * MIN })
    expect(told(lead('l', { received_at: evening, clock: null }), [taken], T + 48 * HOUR)[0]).toMatchObject({ took_ms: 15 * MIN, after_ms: 12 * HOUR + 15 * MIN })
    expect(openBetween(store, T + 13 * HOUR, T + 20 * HOUR)).toBe(0)
  })
  test('the last warning is told by its notice where this phone has it, else by the clock, and never once somebody had it', () => {
    const notice = row<never>('notice', 'n', { ...own, kind: 'warning', to_id: 'bo', at: T + 25 * MIN })
    expect(told(lead('l'), [notice]).map(({ kind, staff_id }) => [kind, staff_id])).toEqual([['warning', 'bo']])
    expect(told(lead('l'), []).map(({ kind, at }) => [kind, at])).toEqual([['warning_due', T + 25 * MIN]])
    const kinds = (of: Seen<Lead>, at: number) => told(of, [], at).map(({ kind }) => kind)
    expect([kinds(lead('l', { accepted_at: T + MIN }), T + HOUR), kinds(lead('l'), T + MIN)]).toEqual([['acceptance'], []])
  })
  test('what came late stands beside the escalation, which stays', () => {
    const late = [{ what: 'acceptance', fact_id: 'x', by: 'bo', at: T, received_at: T + HOUR }]
    const up = row<never>('escalation', 'e', { ...own, at: T + 2, level: 'manager', from_id: 'bo', to_id: 'lin', reason: 'unanswered', late_evidence: late })
    expect(told(lead('l', { clock: null }), [up])).toMatchObject([{ kind: 'escalation', late }])
  })
  test('a record of a kind this screen never heard of is mentioned, one of another lead is not', () => {
    const tree = [row<never>('novelty' as EntityName, 'n', { ...own, note: '等电话' }, { by: 'lin' }), row<never>('novelty' as EntityName, 'm', { lead_id: 'other' })]
    expect(told(lead('l', { clock: null }), tree)).toMatchObject([{ kind: 'other', entity: 'novelty', staff_id: 'lin', note: '等电话' }])
  })
  test('an offer from before offers had cards shows the lead\'s, while that is about it', () => {
    const of = lead('l', { offer_id: 'o2', reasons: card, clock: null })
    expect(told(of, [offered('o1', 'bo', T), offered('o2', 'bo', T + 1)]).map(({ card }) => card)).toEqual([[], [{ staff_id: 'hao', code: 'leave' }]])
  })
  test('an acceptance and a first contact whose records are not on this phone are still told', () => {
    const of = lead('l', { clock: null, accepted_at: T + MIN, contacted_at: T + 2 * MIN, holder_id: 'bo' })
    expect(told(of, [])).toMatchObject([{ kind: 'acceptance', staff_id: 'bo', took_ms: MIN }, { kind: 'first_contact', staff_id: 'bo', at: T + 2 * MIN }])
  })
})
