import { expect, test } from 'vitest'
import { treated, type Pixels } from './pixels'

const SIDE = 96
const CELL = 8
/** A code has white around it: squares at the border of the picture are none of it. */
const QUIET = 3

/** A chequered board: `shade` is what each point has of light, by its column. */
function board(ink: number, white: number, shade: (x: number) => number): Pixels {
  const data = new Uint8ClampedArray(SIDE * SIDE * 4)
  for (let at = 0; at < SIDE * SIDE; at += 1) {
    const [x, y] = [at % SIDE, Math.floor(at / SIDE)]
    data.fill((isDark(x, y) ? ink : white) * shade(x), 4 * at, 4 * at + 3)
  }
  return { data, width: SIDE, height: SIDE }
}

const isDark = (x: number, y: number) => (Math.floor(x / CELL) + Math.floor(y / CELL)) % 2 === 0

/** The darkest white and the lightest ink in the middles of the squares: the first must be above the second. */
function readable({ data }: Pixels): { white: number; ink: number } {
  const middles = Array.from({ length: SIDE / CELL - 2 * QUIET }, (_, nth) => (nth + QUIET) * CELL + CELL / 2)
  const points = middles.flatMap((x) => middles.map((y) => ({ dark: isDark(x, y), level: data[4 * (y * SIDE + x)]! })))
  return { white: Math.min(...points.filter(({ dark }) => !dark).map(({ level }) => level)), ink: Math.max(...points.filter(({ dark }) => dark).map(({ level }) => level)) }
}

test('a faint print in light that falls off is black on white again', () => {
  const faint = board(190, 215, (x) => 1 - (0.5 * x) / SIDE)
  expect(readable(faint).white).toBeLessThan(readable(faint).ink)
  const { white, ink } = readable(treated(faint, 'even'))
  expect(white).toBeGreaterThan(140)
  expect(ink).toBeLessThan(116)
})

test('what a lens has spread stands further apart when it is sharpened', () => {
  const soft = board(110, 140, () => 1)
  const { white, ink } = readable(treated(soft, 'sharp'))
  expect(white - ink).toBeGreaterThan(60)
})

test('the picture that was given is left alone', () => {
  const given = board(0, 255, () => 1)
  const before = given.data.slice()
  treated(given, 'even')
  expect(given.data).toEqual(before)
})
