/** One recording from the microphone, at most a minute; it ends by itself, by a tap, or when the page is left. */

import { troubleOf, type Trouble } from '../scan/camera'

export const MOST_MS = 60_000
/** What a phone plays everywhere comes first; each is among what the server takes. */
const TYPES = ['audio/mp4;codecs=mp4a.40.2', 'audio/webm;codecs=opus', 'audio/mp4;codecs=opus', 'audio/ogg;codecs=opus']
/** Speech needs no more, and a minute of it is a quarter of a megabyte. */
const BITS_PER_S = 32_000
const PIECE_MS = 1000
/** A phone that does not care how many bits it was asked for ends before the server's megabyte. */
const MOST_BYTES = 960_000

export interface Taken { bytes: ArrayBuffer; type: string; duration_ms: number }
export interface Recorder {
  began_at: number
  /** Ends it; the same promise for whoever asks again. Null when nothing was heard. */
  stop(): Promise<Taken | null>
  /** Resolved when it has ended, by whomever. */
  ended: Promise<Taken | null>
}

/** What was recorded since the last piece; `ms` since the beginning. */
export type Heard = (piece: Blob, type: string, ms: number) => void

/** Asks for the microphone and begins; `heard` has each second as it is over. Throws `Trouble` as the error's message. */
export async function record(heard: Heard): Promise<Recorder> {
  if (!window.isSecureContext) throw new Error('insecure')
  const type = typeof MediaRecorder === 'function' ? TYPES.find((one) => MediaRecorder.isTypeSupported(one)) : undefined
  if (!type || !navigator.mediaDevices?.getUserMedia) throw new Error('unsupported')
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch((error: DOMException) => { throw new Error(troubleOf(error.name)) })
  return begin(stream, new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: BITS_PER_S }), heard)
}

function begin(stream: MediaStream, machine: MediaRecorder, heard: Heard): Recorder {
  const began_at = performance.now()
  const pieces: Blob[] = []
  const end = () => {
    if (machine.state !== 'inactive') machine.stop()
  }
  machine.ondataavailable = ({ data }) => {
    pieces.push(data)
    if (data.size) heard(data, plain(machine.mimeType), lengthSince(began_at))
    if (pieces.reduce((sum, piece) => sum + piece.size, 0) > MOST_BYTES) end()
  }
  const timer = setTimeout(end, MOST_MS)
  const ended = new Promise<number>((resolve) => { machine.onstop = () => resolve(lengthSince(began_at)) }).then(async (ms) => {
    clearTimeout(timer)
    stream.getTracks().forEach((track) => track.stop())
    return taken(pieces, machine.mimeType, ms)
  })
  machine.start(PIECE_MS)
  return { began_at, ended, stop: () => { end(); return ended } }
}

async function taken(pieces: Blob[], type: string, ms: number): Promise<Taken | null> {
  const bytes = await new Blob(pieces).arrayBuffer()
  if (bytes.byteLength === 0) return null
  return { bytes, type: plain(type), duration_ms: ms }
}

function plain(type: string): string {
  return type.split(';')[0]!
}

function lengthSince(began_at: number): number {
  return Math.min(MOST_MS, Math.max(1, Math.round(performance.now() - began_at)))
}

/** What a failed beginning means to a person. */
export function troubleWith(error: unknown): 'denied' | 'absent' | 'busy' | 'unsupported' {
  const said = (error as Error).message as Trouble
  return said === 'denied' || said === 'absent' ? said : said === 'unsupported' || said === 'insecure' ? 'unsupported' : 'busy'
}

/** False only where the phone says that it need not ask any more. */
export async function willAsk(): Promise<boolean> {
  const asked = navigator.permissions?.query({ name: 'microphone' as PermissionName })
  return (await asked?.catch(() => null))?.state !== 'granted'
}
