/** Turning a camera file into the two JPEGs the shop keeps. Runs in a worker or on the page; one photo at a time. */

import { looksBlank, sameShape, storedSize, within, type Size } from './shape'

export const LONG_EDGE = 1600
const THUMB_EDGES = [240, 200, 160, 120]
export const THUMB_BYTES = 8 * 1024
const QUALITY = 0.8
const HEAD_BYTES = 256 * 1024

type Canvas = OffscreenCanvas | HTMLCanvasElement
export interface Drawn extends Size { picture: Blob; thumb: Blob }

/** Decode, turn upright, scale to 1600 px and make a thumbnail of at most 8 KB. Throws when this way does not work here. */
export async function drawPhoto(file: Blob): Promise<Drawn> {
  const stored = storedSize(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()))
  const bitmap = await createImageBitmap(file, decoding(stored))
  try {
    if (stored && !sameShape(stored, bitmap)) throw new Error('shape')
    return await finish(bitmap, within(bitmap, LONG_EDGE))
  } finally {
    bitmap.close()
  }
}

/** Decoders scale while they read, so no full-size copy exists; a small picture is left as it is. */
function decoding(stored: Size | null): ImageBitmapOptions {
  const large = stored !== null && Math.max(stored.width, stored.height) > LONG_EDGE
  const options: ImageBitmapOptions = { imageOrientation: 'from-image' }
  return large ? { ...options, resizeWidth: LONG_EDGE, resizeQuality: 'high' } : options
}

/** The fallback for browsers without the options above: an <img>, halved step by step. Page only. */
export async function drawThroughImage(file: Blob): Promise<Drawn> {
  const address = URL.createObjectURL(file)
  try {
    const image = new Image()
    image.src = address
    await image.decode()
    const size = { width: image.naturalWidth, height: image.naturalHeight }
    return await finish(halved(image, size), within(size, LONG_EDGE))
  } finally {
    URL.revokeObjectURL(address)
  }
}

function halved(image: HTMLImageElement, size: Size): CanvasImageSource {
  let source: CanvasImageSource = image
  let now = within(size, LONG_EDGE * 2)
  while (Math.max(now.width, now.height) > LONG_EDGE * 1.5) {
    source = paint(source, now)
    now = within(now, Math.max(LONG_EDGE, Math.max(now.width, now.height) / 2))
  }
  return source
}

async function finish(source: CanvasImageSource, size: Size): Promise<Drawn> {
  const canvas = paint(source, size)
  if (looksBlank(sample(canvas, size))) throw new Error('blank')
  const picture = await jpeg(canvas, QUALITY)
  return { ...size, picture, thumb: await thumbnail(canvas, size) }
}

export async function thumbnail(source: CanvasImageSource, size: Size): Promise<Blob> {
  let smallest: Blob | null = null
  for (const edge of THUMB_EDGES) {
    const canvas = paint(source, within(size, edge))
    for (const quality of [0.7, 0.5, 0.35]) {
      smallest = await jpeg(canvas, quality)
      if (smallest.size <= THUMB_BYTES) return smallest
    }
  }
  throw new Error(`thumbnail of ${smallest?.size ?? 0} bytes`)
}

function paint(source: CanvasImageSource, { width, height }: Size): Canvas {
  const canvas = typeof OffscreenCanvas === 'function' ? new OffscreenCanvas(width, height) : pageCanvas(width, height)
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D | null
  if (!context) throw new Error('canvas')
  context.imageSmoothingQuality = 'high'
  context.drawImage(source, 0, 0, width, height)
  return canvas
}

function pageCanvas(width: number, height: number): HTMLCanvasElement {
  return Object.assign(document.createElement('canvas'), { width, height })
}

/** A strip of single pixels across the picture, cheap to read back. */
function sample(canvas: Canvas, { width, height }: Size): number[] {
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D
  const spots = [0.1, 0.3, 0.5, 0.7, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) => [x, y] as const))
  return spots.flatMap(([x, y]) => [...context.getImageData(Math.floor(x * width), Math.floor(y * height), 1, 1).data])
}

function jpeg(canvas: Canvas, quality: number): Promise<Blob> {
  if ('convertToBlob' in canvas) return canvas.convertToBlob({ type: 'image/jpeg', quality })
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('canvas'))), 'image/jpeg', quality)
  })
}
