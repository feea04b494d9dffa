import { expect, test } from 'vitest'
import { sheetPath } from './posters'

test('a sheet is asked for by its format, for one code or for all of a store', () => {
  expect(sheetPath({ id: 'xinju-abcde' }, { format: 'a4', press: false })).toBe('/posters/xinju-abcde.pdf?format=a4')
  expect(sheetPath({ store_id: 'store/1' }, { format: 'table', press: true })).toBe('/api/stores/store%2F1/posters.pdf?format=table&for=press')
})
