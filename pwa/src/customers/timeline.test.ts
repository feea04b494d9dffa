import { describe, expect, it } from 'vitest'
import type { AnyBody, Bodies, Seen } from '../model'
import { MINUTE_MS } from '../words/format'
import { changes, profileOf, tagsOf } from './profile'
import { bestSteps, stepNow } from './steps'
import { tell, type Around } from './telling'
import { clocksOf, openLead, timelineOf } from './timeline'

const AT = 1_790_000_000_000
function row(entity: string, id: string, more: Partial<Omit<Seen<AnyBody>, 'body'>> & { body?: object } = {}): Seen<AnyBody> {
  const { body = {}, ...rest } = more
  return { entity, id, root: 'c', version: 1, by: 'bo', at: AT, captured_at: AT, received_at: AT, pending: false, saved_at: null, body, ...rest } as unknown as Seen<AnyBody>
}

describe('the timeline', () => {
  it('tells facts newest first and leaves rows of state out', () => {
    const tree = [row('customer', 'c'), row('lead', 'l'), row('follow_up', 'old'), row('comment', 'new', { at: AT + 1 })]
    expect(timelineOf(tree).map(({ row: { id } }) => id)).toEqual(['new', 'old'])
  })
  it('gathers photos under their fact, and those of the customer in one entry', () => {
    const photo = (id: string, subject_id: string, at: number) => row('photo', id, { at, body: { subject_id } })
    const tree = [row('visit', 'v'), photo('p1', 'v', AT), photo('p2', 'c', AT + 1), photo('p3', 'c', AT + 2)]
    const told = timelineOf(tree).map(({ kind, photos }) => `${kind} ${photos.map(({ id }) => id).join(' ')}`)
    expect(told).toEqual(['photo p2 p3', 'visit p1'])
  })
  it('shows both clocks only where they differ by more than two minutes', () => {
    expect(clocksOf(row('visit', 'v', { received_at: AT + 2 * MINUTE_MS }))).toBeNull()
    expect(clocksOf(row('visit', 'v', { received_at: AT + 3 * MINUTE_MS }))).not.toBeNull()
    expect(clocksOf(row('visit', 'v', { received_at: null, pending: true }))).toBeNull()
  })
  it('calls a reception of a colleague’s customer standing in', () => {
    const titles = [{}, { standing: 'stand_in' }].map((body) => {
      const [entry] = timelineOf([row('acceptance', 'a', { body })])
      return tell(entry!, {} as Around).title
    })
    expect(titles).toEqual(['接单', '代接待'])
  })
  it('finds the lead that is still open', () => {
    const tree = [row('lead', 'closed', { body: { state: 'closed', received_at: AT + 9 } }), row('lead', 'open', { body: { state: 'accepted', received_at: AT } })]
    expect(openLead(tree)?.id).toBe('open')
  })
})

describe('the five steps', () => {
  const customer = { steps: { greeting: 'met', needs: 'partial' } } as unknown as Bodies['customer']
  it('take the better of the server and of what is still on this phone', () => {
    const contact = row('follow_up', 'f', { pending: true, body: { greeting: { result: 'no_answer' }, needs: { result: 'clear' }, proposal: { result: 'skipped' } } })
    const best = bestSteps(customer, [contact])
    expect(best).toMatchObject({ greeting: 'met', needs: 'clear' })
    expect(stepNow(best)).toBe('proposal')
  })
})

describe('a profile', () => {
  const before = profileOf({ name: '赵女士', budget: '8 万', tags: ['老客户'], tier: null } as unknown as Bodies['customer'])
  it('sends only what changed', () => {
    expect(changes(before, { ...before, name: ' 赵女士 ', budget: '6 万' })).toEqual({ budget: '6 万' })
    expect(changes(before, { ...before, tier: 'A', tags: ['老客户'] })).toEqual({ tier: 'A' })
  })
  it('reads tags from a line', () => {
    expect(tagsOf('老客户， 要发票,老客户、')).toEqual(['老客户', '要发票'])
  })
})
