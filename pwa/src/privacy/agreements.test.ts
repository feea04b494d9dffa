import { describe, expect, it } from 'vitest'
import type { AnyBody, Bodies, Seen } from '../model'
import { saidIn, standingOf } from './agreements'

const row = (entity: string, id: string, at: number, by: string | null, body: object) => ({ entity, id, at, by, body }) as unknown as Seen<AnyBody>
const person = (body: object) => body as Bodies['customer']

describe('what a customer agreed to', () => {
  const tree = [
    row('arrival', 'a', 1, null, { consents: [{ purpose: 'service', version: 'service-1', how: 'own_phone' }] }),
    row('consent', 'b', 3, 'bo', { purpose: 'photo', version: 'photo-1', given: true, how: 'signed' }),
    row('consent', 'c', 2, 'lin', { purpose: 'marketing', version: 'marketing-1', given: false, how: 'verbal', note: '电话里说的' }),
  ]

  it('is told newest first, registrations and what was noted since', () => {
    expect(saidIn(tree).map(({ purpose, given, by, note }) => [purpose, given, by, note])).toEqual([
      ['photo', true, 'bo', ''], ['marketing', false, 'lin', '电话里说的'], ['service', true, null, ''],
    ])
  })

  it('says which words the server does not know', () => {
    const strange = row('arrival', 'd', 4, 'bo', { consents: [{ purpose: 'service', version: 'service-1', how: 'verbal' }, { purpose: 'marketing', version: 'x', how: 'signed' }], unknown_words: ['x'] })
    expect(saidIn([strange, ...tree]).filter(({ unknown }) => unknown).map(({ version }) => version)).toEqual(['x'])
  })

  it('holds as the server says it does', () => {
    const said = saidIn(tree)
    const now = (body: object) => (['service', 'marketing', 'photo'] as const).map((purpose) => standingOf(purpose, person(body), said))
    expect(now({ marketing: false })).toEqual(['yes', 'left', 'yes'])
    expect(standingOf('marketing', person({ marketing: false }), saidIn(tree.slice(1)))).toBe('unsaid')
    expect(now({ marketing: false, withdrawn: { marketing: 2 } })).toEqual(['yes', 'no', 'yes'])
    expect(now({ marketing: true })).toEqual(['yes', 'yes', 'yes'])
    expect(now({ marketing: false, withdrawn: { service: 4, marketing: 4, photo: 4 } })).toEqual(['no', 'no', 'no'])
    expect(standingOf('photo', person({ marketing: false }), [])).toBe('unsaid')
  })
})
