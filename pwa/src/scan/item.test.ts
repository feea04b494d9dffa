import { describe, expect, test } from 'vitest'
import { best, hostOf, read } from './read'

describe('bars', () => {
  test.each([
    ['6901234567892', 'ean_13', { kind: 'item', sort: 'product', code: '6901234567892' }],
    ['96385074', 'ean_8', { kind: 'item', sort: 'product', code: '96385074' }],
    ['036000291452', 'upc_a', { kind: 'item', sort: 'product', code: '036000291452' }],
    ['0036000291452', 'ean_13', { kind: 'item', sort: 'product', code: '036000291452' }],
    ['01234565', 'upc_e', { kind: 'item', sort: 'product', code: '012345000065' }],
    ['01234531', 'upc_e', { kind: 'item', sort: 'product', code: '012300000451' }],
    ['SB-20417-A', 'code_128', { kind: 'item', sort: 'device', code: 'SB-20417-A' }],
    ['13800138000', 'code_128', { kind: 'item', sort: 'device', code: '13800138000' }],
  ])('%s as %s is a number of goods', (text, format, found) => expect(read(text, format)).toEqual(found))

  test.each([['6901234567893', 'ean_13'], ['96385075', 'ean_8'], ['00000000', 'ean_8'], ['01234567', 'upc_e']])(
    '%s as %s is none: its check digit is wrong', (text, format) => expect(read(text, format).kind).toBe('other'))

  test('bars that spell a pass are still bars', () => {
    expect(read('23456789', 'code_128').kind).toBe('item')
    expect(read('23456789').kind).toBe('pass')
  })
})

describe('numbers in QR codes and typed', () => {
  test.each([
    ['SN:SB20417A0093', 'SB20417A0093'], ['S/N: 3F2A-9921', '3F2A-9921'], ['序列号：XJ2048-77', 'XJ2048-77'], ['imei=356938035643809', '356938035643809'],
    ['SB-20417-A', 'SB-20417-A'], ['XJ204877120', 'XJ204877120'],
  ])('%s is the number %s', (text, code) => {
    expect(read(text)).toEqual({ kind: 'item', sort: 'device', code })
    expect(read(text, 'qr_code')).toEqual({ kind: 'item', sort: 'device', code })
  })

  test('digits are goods only where their check digit is right', () => {
    expect(read('6901234567892')).toEqual({ kind: 'item', sort: 'product', code: '6901234567892' })
    expect(read('6901234567893').kind).toBe('other')
  })

  test('eight typed letters that are no pass are a slip, scanned ones a plate', () => {
    expect(read('K7P2O0I1').kind).toBe('other')
    expect(read('K7P2O0I1', 'qr_code').kind).toBe('item')
  })

  test.each(['2026-11-26', '12345', 'WIFI:T:WPA;S:shop;P:secret1;;', '欢迎光临 300 平米展厅', 'HELLO WORLD 123'])('%s is not', (text) => expect(read(text, 'qr_code').kind).toBe('other'))
})

test('of several codes the one of most use is taken, then the one in the middle', () => {
  const at = (text: string, format: string, x: number) => ({ text, format, x, y: 0.5 })
  const label = at('6901234567892', 'ean_13', 0.5)
  const pass = at('https://bell.example/pass/K7P2XW9H', 'qr_code', 0.05)
  expect(best([label, at('https://a.example', 'qr_code', 0.5), pass])).toBe(pass)
  expect(best([at('96385074', 'ean_8', 0.9), label])).toBe(label)
  expect(best([])).toBeNull()
})

test.each([
  ['https://bell.example@evil.example/pay', 'evil.example'], ['http://例子.example/x', 'xn--fsqu00a.example'],
  ['javascript:alert(1)', ''], ['https://', ''], ['看 https://a.example', ''],
])('the host of %s is said as %s', (text, host) => expect(hostOf(text)).toBe(host))
