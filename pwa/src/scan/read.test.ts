import { describe, expect, test } from 'vitest'
import { callable, read, registerPath } from './read'

describe('read', () => {
  test.each([
    ['https://bell.example/pass/K7P2XW9H', { kind: 'pass', code: 'K7P2XW9H' }],
    ['http://192.168.1.9:8000/pass/k7p2xw9h.svg?x=1', { kind: 'pass', code: 'K7P2XW9H' }],
    ['https://bell.example/r/demo.eyJ2IjoxfQ.abc-_D', { kind: 'poster', token: 'demo.eyJ2IjoxfQ.abc-_D' }],
    ['https://bell.example/p/xinju-K7P2X', { kind: 'poster_code', code: 'xinju-k7p2x' }],
    ['k7p2 xw9h', { kind: 'pass', code: 'K7P2XW9H' }],
    ['K7P2O0I1', { kind: 'other', text: 'K7P2O0I1' }],
    ['Xinju-K7P2X', { kind: 'poster_code', code: 'xinju-k7p2x' }],
    ['138 0013 8000', { kind: 'person', name: '', phone: '+8613800138000', company: '' }],
    ['tel:+86-138-0013-8000', { kind: 'person', name: '', phone: '+8613800138000', company: '' }],
    ['https://example.com/anything/else', { kind: 'other', text: 'https://example.com/anything/else' }],
    ['https://bell.example/pass/', { kind: 'other', text: 'https://bell.example/pass/' }],
    ['javascript:alert(1)', { kind: 'other', text: 'javascript:alert(1)' }],
    ['', { kind: 'other', text: '' }],
  ])('%s', (text, found) => expect(read(text)).toEqual(found))

  test('a vCard with folded lines, a group and two numbers gives the mobile', () => {
    const text = 'BEGIN:VCARD\r\nVERSION:3.0\r\nN:孙;先生;;;\r\nFN:孙\r\n 先生\r\nORG:欣居;家居\r\nitem1.TEL;TYPE=WORK:0571-88886666\r\nTEL;TYPE=CELL:+86 139 0013 9000\r\nEND:VCARD'
    expect(read(text)).toEqual({ kind: 'person', name: '孙先生', phone: '+8613900139000', company: '欣居 家居' })
  })

  test('a vCard 2.1 in quoted-printable is readable', () => {
    const text = 'BEGIN:VCARD\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E8=96=84;=E6=96=87;;;\nTEL;CELL:13700137000\nEND:VCARD'
    expect(read(text)).toMatchObject({ name: '薄文', phone: '+8613700137000' })
  })

  test('a MeCard keeps escaped separators', () => {
    expect(read('MECARD:N:Zhao,Ying;TEL:13700137000;ORG:A\\;B;;')).toEqual({ kind: 'person', name: 'Ying Zhao', phone: '+8613700137000', company: 'A;B' })
  })

  test('a name of any length is cut to what the form takes', () => {
    const found = read(`BEGIN:VCARD\nFN:${'长'.repeat(90)}\nEND:VCARD`)
    expect(found.kind === 'person' && [...found.name].length).toBe(40)
  })
})

test.each([
  ['13800138000', '+8613800138000'], ['8613800138000', '+8613800138000'], ['0086 138 0013 8000', '+8613800138000'],
  ['+852 5123 4567', '+85251234567'], ['13800138000;ext=12', '+8613800138000'], ['12345', ''], ['138001380001', ''], ['call me', ''],
])('phone %s', (typed, phone) => expect(callable(typed)).toBe(phone))

test('Register is opened with what the card said', () => {
  expect(registerPath({ name: '孙 先生', phone: '+8613800138000' })).toBe('/register?phone=%2B8613800138000&name=%E5%AD%99+%E5%85%88%E7%94%9F')
  expect(registerPath({ name: '', phone: '' })).toBe('/register')
})
