import { expect, test } from 'vitest'
import { heightAbove } from './toast'

const SCREEN = 844
const box = (top: number, height: number) => ({ top, height, bottom: top + height })

test('messages stand above the bar of actions and not on it', () => {
  const [tabs, bar] = [box(772, 72), box(695, 77)]
  expect(heightAbove([tabs, bar], SCREEN)).toBe(149)
  expect(heightAbove([tabs], SCREEN)).toBe(72)
})
test('a rail beside the page, a bar scrolled up and one that is not drawn are not in the way', () => {
  expect(heightAbove([box(0, SCREEN), box(200, 77), box(0, 0)], SCREEN)).toBe(0)
})
