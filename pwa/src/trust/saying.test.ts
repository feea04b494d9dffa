import { describe, expect, it } from 'vitest'
import zh from '../words/zh/trust'
import { wayOut } from './deciding'
import { whyOf } from './saying'

const CODES = [
  'not_found', 'forbidden', 'invalid', 'unknown_entity', 'unknown_field', 'taken', 'not_open', 'phone_taken', 'not_eligible',
  'erased', 'too_large', 'server_field', 'unit', 'consent', 'fault', 'id_taken',
]

describe('what was refused', () => {
  it('is said in a sentence for every code of the server, and never as a code', () => {
    const said = CODES.map((code) => (zh as Record<string, string>)[`why_${code}`] ?? '')
    expect(said.filter((sentence) => !/[\u3400-\u9fff].*。$/.test(sentence))).toEqual([])
  })
  it('is known only, sent again as it is, or mended first', () => {
    expect(['taken', 'id_taken'].map(wayOut)).toEqual(['know', 'know'])
    expect(wayOut('fault')).toBe('resend')
    expect(['invalid', 'too_large', 'consent'].map(wayOut)).toEqual(['mend', 'mend', 'mend'])
  })
  it('keeps a sentence even for a code of a newer server', () => {
    expect(whyOf({ code: 'of_tomorrow' }, new Map())).toBeTruthy()
  })
})
