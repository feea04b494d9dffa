/** A code in one photo: looked at small first, then in more and more ways, until one of them finds something. */

import { within } from '../photos/shape'
import { best, type Scanned } from './read'
import type { Reader, Way } from './reader'

const SMALL = 960
const LARGE = 1920
const TILES = 3
/** Neighbours overlap by so much of a tile, for what lies across an edge. */
const OVERLAP = 0.25

interface Opened { source: CanvasImageSource; width: number; height: number; close(): void }
interface Part { x: number; y: number; width: number; height: number }
interface Look { part: Part; edge: number; way?: Way }

/** The reader is fetched by those who scan. Throws `no_reader` where it is not on this phone. */
export async function loadReader(): Promise<Reader> {
  const { reader } = await import('./reader').catch((cause: unknown) => { throw new Error('no_reader', { cause }) })
  return reader()
}

/** The code that matters most, or null. Throws `no_reader`, or `unreadable` for a picture that this browser cannot open. */
export async function readPhoto(file: Blob): Promise<Scanned | null> {
  const reader = await loadReader()
  const picture = await opened(file)
  try {
    for (const { part, edge, way } of looksAt(picture)) {
      const found = best(await reader.look(drawn(picture, part, edge), way))
      if (found) return found
    }
    return null
  } finally {
    picture.close()
  }
}

/** Whole, small and large; then for faint or dark ones, for blurred ones; then piece by piece for a code far off. */
export function looksAt({ width, height }: Pick<Part, 'width' | 'height'>): Look[] {
  const whole = { x: 0, y: 0, width, height }
  const long = Math.max(width, height)
  return [
    { part: whole, edge: SMALL },
    ...(long > SMALL * 1.2 ? [{ part: whole, edge: LARGE }] : []),
    { part: whole, edge: SMALL, way: { treatment: 'even' } },
    { part: whole, edge: SMALL, way: { treatment: 'sharp' } },
    ...(long > LARGE ? tilesOf(whole).map((part) => ({ part, edge: LARGE })) : []),
  ]
}

function tilesOf({ width, height }: Part): Part[] {
  const share = 1 / (TILES - (TILES - 1) * OVERLAP)
  const starts = Array.from({ length: TILES }, (_, nth) => (nth * (1 - share)) / (TILES - 1))
  return starts.flatMap((y) => starts.map((x) => ({ x: x * width, y: y * height, width: share * width, height: share * height })))
}

/** HEIC and the like open only where the system knows them, some only as an image of the page. */
async function opened(file: Blob): Promise<Opened> {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' })
    return { source: bitmap, width: bitmap.width, height: bitmap.height, close: () => bitmap.close() }
  } catch {
    return asImage(file)
  }
}

async function asImage(file: Blob): Promise<Opened> {
  const source = new Image()
  const address = URL.createObjectURL(file)
  const close = () => URL.revokeObjectURL(address)
  source.src = address
  try {
    await source.decode()
    return { source, width: source.naturalWidth, height: source.naturalHeight, close }
  } catch (cause) {
    close()
    throw new Error('unreadable', { cause })
  }
}

function drawn({ source }: Opened, part: Part, edge: number): ImageData {
  const { width, height } = within(part, edge)
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('unreadable')
  context.drawImage(source, part.x, part.y, part.width, part.height, 0, 0, width, height)
  return context.getImageData(0, 0, width, height)
}
