/** Looking at the video until something is found: one decode in flight, a pause after each, never two of them. */

import { within } from '../photos/shape'
import { QR } from './item'
import { best, type Scanned } from './read'
import type { Reader, Way } from './reader'

const LONG_EDGE = 960
const CADENCE_MS = 400
/** Until the first picture: it is not waited for as long as between two looks. */
const IMPATIENT_MS = 40
/** No drawn picture for this long: offer a photo and typing instead of a black square. */
export const STUCK_MS = 3000
/** So many looks that end in an error are a dead reader, not an empty picture. */
const DEAD_AFTER = 5
/** The aim's share of the shorter side, a little widened. */
const AIM = 0.7

interface Look { aimed: boolean; way?: Way }
/** Taken in turns, one a look: every second one is plain, those between are for what is in the aim and hard to read. */
const LOOKS: Look[] = [
  { aimed: false }, { aimed: true, way: { treatment: 'even' } },
  { aimed: false }, { aimed: true, way: { treatment: 'sharp' } },
]

export interface Watch { reader: Reader; ondrawn(): void; onfound(found: Scanned): void; onstuck(): void }

/** Returns how to stop. `ondrawn` once with the first picture, `onstuck` once when no picture comes or none can be read. */
export function watch(video: HTMLVideoElement, told: Watch): () => void {
  const watcher = new Watcher(video, told)
  watcher.begin()
  return () => watcher.stop()
}

class Watcher {
  #canvas = document.createElement('canvas')
  #began = performance.now()
  #timer: ReturnType<typeof setTimeout> | undefined
  #looks = 0
  #failed = 0
  #told = false
  #stopped = false
  #bars = ''

  constructor(private video: HTMLVideoElement, private told: Watch) {}

  begin(): void {
    void this.#look()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  async #look(): Promise<void> {
    const { aimed, way } = LOOKS[this.#looks % LOOKS.length]!
    const picture = draw(this.video, this.#canvas, aimed)
    if (picture) await this.#read(picture, way)
    const blind = this.#looks === 0 && performance.now() - this.#began > STUCK_MS
    if (!this.#told && (blind || this.#failed >= DEAD_AFTER)) this.#giveUp()
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#look(), this.#looks === 0 ? IMPATIENT_MS : CADENCE_MS)
  }

  async #read(picture: ImageData, way?: Way): Promise<void> {
    this.#looks += 1
    if (this.#looks === 1) this.told.ondrawn()
    const found = await this.told.reader.look(picture, way).then(best, () => undefined)
    this.#failed = found === undefined ? this.#failed + 1 : 0
    if (found && !this.#stopped && this.#isSure(found)) this.told.onfound(found)
  }

  /** Bars have but one check digit: they count when a second look says the same. A QR code repairs itself or is none. */
  #isSure({ text, format }: Scanned): boolean {
    const sure = format === QR || text === this.#bars
    this.#bars = format === QR ? '' : text
    return sure
  }

  #giveUp(): void {
    this.#told = true
    this.told.onstuck()
  }
}

function draw(video: HTMLVideoElement, canvas: HTMLCanvasElement, aimed: boolean): ImageData | null {
  const { videoWidth, videoHeight } = video
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || videoWidth === 0) return null
  const side = Math.min(videoWidth, videoHeight) * AIM
  const part = aimed ? { width: side, height: side } : { width: videoWidth, height: videoHeight }
  const { width, height } = within(part, LONG_EDGE)
  if (canvas.width !== width) canvas.width = width
  if (canvas.height !== height) canvas.height = height
  const context = canvas.getContext('2d', { willReadFrequently: true })
  context?.drawImage(video, (videoWidth - part.width) / 2, (videoHeight - part.height) / 2, part.width, part.height, 0, 0, width, height)
  return context?.getImageData(0, 0, width, height) ?? null
}
