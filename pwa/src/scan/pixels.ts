/** What makes a bad picture easier to read. Pure: pixels in, pixels out, all of them grey. */

export interface Pixels { data: Uint8ClampedArray<ArrayBuffer>; width: number; height: number }
/** `even` takes noise, shadows and faint print out; `sharp` brings back what a lens out of focus has spread. */
export type Treatment = 'even' | 'sharp'

const NOISE = 1
const AROUND = 24
const LEAST_SPREAD = 6
const SPREAD = 50
const GREY = 128
const LENS = 4
const SHARPNESS = 6

export function treated(pixels: Pixels, treatment: Treatment): Pixels {
  const field = { grey: greyOf(pixels), width: pixels.width, height: pixels.height }
  return painted(treatment === 'even' ? even(field) : sharp(field), pixels)
}

interface Field { grey: Float32Array; width: number; height: number }

/** Each point against what is around it, so that light from one side and a veil of it are gone. */
function even(field: Field): Float32Array {
  const { grey } = blurred(field, NOISE)
  const mean = blurred({ ...field, grey }, AROUND).grey
  const away = grey.map((value, at) => value - mean[at]!)
  const spread = blurred({ ...field, grey: away.map((value) => value * value) }, AROUND).grey
  return away.map((value, at) => GREY + (SPREAD * value) / Math.max(LEAST_SPREAD, Math.sqrt(spread[at]!)))
}

function sharp(field: Field): Float32Array {
  const soft = blurred(blurred(field, LENS), LENS).grey
  return field.grey.map((value, at) => value + SHARPNESS * (value - soft[at]!))
}

/** The mean over a square around each point, as running sums: first along the lines, then down the columns. */
function blurred({ grey, width, height }: Field, radius: number): Field {
  const along = new Float32Array(grey.length)
  const down = new Float32Array(grey.length)
  for (let y = 0; y < height; y += 1) runningMean(grey, along, { from: y * width, step: 1, count: width, radius })
  for (let x = 0; x < width; x += 1) runningMean(along, down, { from: x, step: width, count: height, radius })
  return { grey: down, width, height }
}

interface Line { from: number; step: number; count: number; radius: number }

function runningMean(source: Float32Array, target: Float32Array, { from, step, count, radius }: Line): void {
  const last = from + (count - 1) * step
  const value = (nth: number) => source[Math.min(last, Math.max(from, from + nth * step))]!
  let sum = 0
  for (let nth = -radius; nth <= radius; nth += 1) sum += value(nth)
  for (let nth = 0; nth < count; nth += 1) {
    target[from + nth * step] = sum / (2 * radius + 1)
    sum += value(nth + radius + 1) - value(nth - radius)
  }
}

function greyOf({ data }: Pixels): Float32Array {
  const grey = new Float32Array(data.length / 4)
  for (let at = 0; at < grey.length; at += 1) grey[at] = 0.3 * data[4 * at]! + 0.59 * data[4 * at + 1]! + 0.11 * data[4 * at + 2]!
  return grey
}

function painted(grey: Float32Array, { width, height }: Pixels): Pixels {
  const data = new Uint8ClampedArray(grey.length * 4)
  for (let at = 0; at < grey.length; at += 1) {
    data[4 * at] = data[4 * at + 1] = data[4 * at + 2] = grey[at]!
    data[4 * at + 3] = 255
  }
  return { data, width, height }
}
