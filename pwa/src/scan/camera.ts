/**
 * The camera behind one video element. iOS gives a dead picture when a stream is asked for twice or play() is not
 * awaited, and keeps the lamp on for a hidden page, so one stream is held, stopped when hidden, asked for again on show.
 */

import { within } from '../photos/shape'
import type { Detector } from './detector'

export const TROUBLES = ['denied', 'absent', 'busy', 'unsupported', 'insecure', 'no_reader'] as const
export type Trouble = (typeof TROUBLES)[number]
export interface Camera { stream: MediaStream; torch: boolean }

const LONG_EDGE = 960
const CADENCE_MS = 400
/** No drawn picture for this long: offer a photo and typing instead of a black square. */
export const STUCK_MS = 3000
/** So many looks that end in an error are a dead reader, not an empty picture. */
const DEAD_AFTER = 5

/** Start the back camera in `video`, resolved when it plays. Throws `Trouble` as the error's message. */
export async function openCamera(video: HTMLVideoElement): Promise<Camera> {
  if (!window.isSecureContext) throw new Error('insecure')
  if (!navigator.mediaDevices?.getUserMedia) throw new Error('unsupported')
  const stream = await navigator.mediaDevices.getUserMedia(wanted()).catch((error: DOMException) => { throw new Error(troubleOf(error.name)) })
  video.srcObject = stream
  try {
    await video.play()
  } catch {
    closeCamera(video, { stream, torch: false })
    throw new Error('busy')
  }
  return { stream, torch: hasTorch(stream) }
}

function wanted(): MediaStreamConstraints {
  return { audio: false, video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 960 } } }
}

export function troubleOf(name: string): Trouble {
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'absent' : 'busy'
}

/** What an error of opening or reading means to a person. */
export function troubleIn(error: unknown): Trouble {
  return TROUBLES.find((trouble) => trouble === (error as Error).message) ?? 'busy'
}

export function closeCamera(video: HTMLVideoElement | null, camera: Camera | null): void {
  camera?.stream.getTracks().forEach((track) => track.stop())
  if (video) video.srcObject = null
}

function hasTorch(stream: MediaStream): boolean {
  const capabilities = stream.getVideoTracks()[0]?.getCapabilities?.() as { torch?: boolean } | undefined
  return capabilities?.torch === true
}

/** True when the lamp did what was asked. */
export async function setTorch(camera: Camera, on: boolean): Promise<boolean> {
  const constraints = { advanced: [{ torch: on }] } as unknown as MediaTrackConstraints
  return (await camera.stream.getVideoTracks()[0]?.applyConstraints(constraints).then(() => true, () => false)) ?? false
}

export interface Watch { detector: Detector; onfound(text: string): void; onstuck(): void }

/** Look at the video until stopped: one decode in flight, a look every 400 ms, `onstuck` once when no picture comes or none can be read. */
export function watch(video: HTMLVideoElement, { detector, onfound, onstuck }: Watch): () => void {
  const canvas = document.createElement('canvas')
  let timer = 0
  let stopped = false
  const began = performance.now()
  let drawn = false
  let told = false
  let failed = 0
  const look = async () => {
    if (draw(video, canvas)) {
      drawn = true
      const text = await detector.detect(canvas).then((codes) => codes[0]?.rawValue ?? '', () => null)
      failed = text === null ? failed + 1 : 0
      if (text && !stopped) onfound(text)
    }
    const blind = !drawn && performance.now() - began > STUCK_MS
    if (!told && (blind || failed >= DEAD_AFTER)) {
      told = true
      onstuck()
    }
    if (!stopped) timer = window.setTimeout(look, CADENCE_MS)
  }
  timer = window.setTimeout(look, 0)
  return () => {
    stopped = true
    window.clearTimeout(timer)
  }
}

function draw(video: HTMLVideoElement, canvas: HTMLCanvasElement): boolean {
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0) return false
  const { width, height } = within({ width: video.videoWidth, height: video.videoHeight }, LONG_EDGE)
  if (canvas.width !== width) canvas.width = width
  if (canvas.height !== height) canvas.height = height
  canvas.getContext('2d', { willReadFrequently: true })?.drawImage(video, 0, 0, width, height)
  return true
}

