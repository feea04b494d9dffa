/** A QR code in one photo. Camera files are large, so the picture is scaled down; small codes get a second, sharper look. */

import { within } from '../photos/shape'
import type { Detector } from './detector'

const EDGES = [960, 1920]

/** The reader is fetched by those who scan. Throws `no_reader` where it is not on this phone. */
export async function loadDetector(): Promise<Detector> {
  const { detector } = await import('./detector').catch((cause: unknown) => { throw new Error('no_reader', { cause }) })
  return detector()
}

/** The text of the first code, or null. Throws when the file is no picture or the reader is not on this phone. */
export async function readPhoto(file: Blob): Promise<string | null> {
  const reader = await loadDetector()
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' })
  try {
    for (const edge of EDGES) {
      const text = (await reader.detect(scaled(bitmap, edge)))[0]?.rawValue
      if (text) return text
    }
    return null
  } finally {
    bitmap.close()
  }
}

function scaled(bitmap: ImageBitmap, edge: number): HTMLCanvasElement {
  const { width, height } = within(bitmap, edge)
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  canvas.getContext('2d', { willReadFrequently: true })?.drawImage(bitmap, 0, 0, width, height)
  return canvas
}
