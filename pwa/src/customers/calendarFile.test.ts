import { describe, expect, it } from 'vitest'
import type { Bodies, Seen } from '../model'
import { calendarFile, escaped, folded } from './calendarFile'
import { appointmentOf } from './inviting'

/* A reader of its own, by RFC 5545 alone: 3.1 content lines, 3.3.11 text. */
function read(file: string): Map<string, string> {
  expect(file.endsWith('\r\n')).toBe(true)
  const physical = file.slice(0, -2).split('\r\n')
  for (const line of physical) {
    expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75)
    expect(line).not.toMatch(/[\r\n]/)
  }
  const logical = file.slice(0, -2).replace(/\r\n[ \t]/g, '').split('\r\n')
  return new Map(logical.map((line) => {
    const [, name = '', value = ''] = /^([A-Z-]+)(?:;[^:]*)?:(.*)$/.exec(line) ?? []
    expect(name, line).not.toBe('')
    return [name === 'BEGIN' || name === 'END' ? line : name, value.replace(/\\([\\;,nN])/g, (_, found: string) => (/n/i.test(found) ? '\n' : found))]
  }))
}

const AT = Date.UTC(2026, 10, 28, 2, 30)
const LONG = '人民路家居体验中心；二楼 A, B 厅\\东侧🏬'.repeat(6)
const visit = { id: 'f1', at: AT, summary: '到店：人民路店', location: LONG, point: { lat: 31.2304, lng: 121.4737 } }

describe('the calendar file', () => {
  const file = calendarFile(visit, AT - 86_400_000)
  it('says when in UTC, and where, through every folding and escaping', () => {
    const told = read(file)
    expect([told.get('DTSTART'), told.get('DTEND'), told.get('DTSTAMP')]).toEqual(['20261128T023000Z', '20261128T033000Z', '20261127T023000Z'])
    expect([told.get('SUMMARY'), told.get('LOCATION'), told.get('GEO'), told.get('UID')]).toEqual([visit.summary, LONG, '31.2304;121.4737', 'f1@shopbell'])
    expect([told.get('VERSION'), told.has('PRODID'), told.has('DESCRIPTION')]).toEqual(['2.0', true, false])
  })
  it('opens and closes what it must, in order', () => {
    const frame = file.split('\r\n').filter((line) => /^(BEGIN|END):/.test(line))
    expect(frame).toEqual(['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'END:VEVENT', 'END:VCALENDAR'])
  })
  it('can be made again for the same visit without making a second one', () => {
    expect(read(calendarFile({ ...visit, at: AT + 1 }, AT)).get('UID')).toBe(read(file).get('UID'))
  })
  it('lets nothing that was typed end a line or a property', () => {
    expect(escaped('a\r\nATTENDEE:mailto:x\u0007;b,c\\')).toBe('a\\nATTENDEE:mailto:x\\;b\\,c\\\\')
  })
  it('never cuts a character', () => {
    const line = `SUMMARY:${'😀'.repeat(60)}`
    expect(folded(line).replace(/\r\n /g, '')).toBe(line)
    expect(folded('x'.repeat(75))).toBe('x'.repeat(75))
  })
})

describe('the visit that is put into it', () => {
  const customer = { id: 'c', body: { store_id: 's', next_at: AT, next_kind: 'revisit', need: '预算 8 万' } } as Seen<Bodies['customer']>
  const store = { id: 's', body: { name: '人民路店', address: '人民路 1 号', point: null } } as unknown as Seen<Bodies['store']>
  const booked = (id: string, at: number, channel = 'phone') => ({ id, at, entity: 'follow_up', root: 'c', body: { channel, ended_at: at, revisit: { result: 'booked', at: AT, note: '带太太来' } } }) as unknown as Seen<Bodies['follow_up']>
  it('is the one that the newest contact booked, at the customer’s store', () => {
    expect(appointmentOf(customer, [booked('old', 1), booked('new', 2)], store)).toEqual({ id: 'new', at: AT, summary: '人民路店', location: '人民路店，人民路 1 号', point: null })
  })
  it('is none where nothing is booked, and says nothing of notes', () => {
    expect(appointmentOf({ ...customer, body: { ...customer.body, next_at: null } }, [booked('new', 2)], store)).toBeNull()
    expect(JSON.stringify(appointmentOf(customer, [booked('new', 2)], store))).not.toMatch(/太太|8 万/)
  })
})
