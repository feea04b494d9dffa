import { expect, test } from 'vitest'
import type { Old } from '../stores/posters'
import { codesOf, drawing, pictureOf, sheetOf } from './codes'

test('a code is drawn with its three corners and a quiet margin of four squares', () => {
  const { size, path } = drawing('https://shop.example/r/eyJwIjoieGluanUtYWJjZGUifQ.aGVsbG8')
  const dark = new Set(path.match(/M\d+ \d+/g))
  const corner = ([x, y]: [number, number]) => Array.from({ length: 7 }, (_, n) => dark.has(`M${x + n} ${y}`))
  const far = size - 4 - 7
  for (const place of [[4, 4], [far, 4], [4, far]] as [number, number][]) expect(corner(place)).toEqual(Array(7).fill(true))
  expect([...dark].some((square) => / [0-3]$|^M[0-3] /.test(square))).toBe(false)
})

test('the sheet to print and the picture to keep are the poster of that name', () => {
  const code = { id: 'xinju-abcde', link: '' }
  expect([pictureOf(code), sheetOf(code)]).toEqual(['/posters/xinju-abcde.png', '/posters/xinju-abcde.pdf'])
})

test('of everybody’s codes one person’s own and those that were ended are found', () => {
  const code = (id: string, staff_id: string) => ({ id, staff_id, position: '', link: '', created_at: 0 })
  const end = (id: string, staff_id: string) => ({ ...code(id, staff_id), standing: 'leaving', ends_at: 1, revoked_at: null, replaced_by: null, ended_by: null, ended_at: 0 }) satisfies Old & { staff_id: string }
  const all = { codes: [code('a', 'chen'), code('b', 'bo')], old: [end('c', 'chen'), end('d', 'bo'), end('e', 'bo')] }
  expect([codesOf(all, 'bo').code?.id, ...codesOf(all, 'bo').old.map(({ id }) => id)]).toEqual(['b', 'd', 'e'])
  expect(codesOf(all, 'wu')).toEqual({ code: null, old: [] })
})
