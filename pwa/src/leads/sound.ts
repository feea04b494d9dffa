/** The bell's sound. Browsers keep a page silent until it is tapped once; that is said, not hidden. */

import { readable, type Readable } from 'svelte/store'

export type Sound = 'off' | 'on' | 'blocked'

let context: AudioContext | null = null
let tell: (sound: Sound) => void = () => {}

/** Whether a ring would be heard now. */
export const sound: Readable<Sound> = readable<Sound>('off', (set) => {
  tell = set
  set(stateOf())
})

function stateOf(): Sound {
  if (!context) return 'off'
  return context.state === 'running' ? 'on' : 'blocked'
}

/** Call from a tap. Plays one short tone as proof. */
export async function openSound(): Promise<void> {
  try {
    context ??= new AudioContext()
    context.onstatechange = () => tell(stateOf())
    await context.resume()
    if (context.state === 'running') tone(context, 880, 0, 0.15)
  } catch {
    // No audio device at all: the bell still shows and vibrates.
  }
  tell(context ? stateOf() : 'blocked')
}

/** Three falling pairs of tones and a vibration. */
export function ring(): void {
  // Asked before the first tap, a browser refuses and complains.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([300, 150, 300, 150, 300])
  if (!context || context.state !== 'running') return tell(stateOf())
  for (const beat of [0, 0.55, 1.1]) {
    tone(context, 1175, beat, 0.22)
    tone(context, 880, beat + 0.24, 0.24)
  }
}

function tone(at: AudioContext, hertz: number, begins_s: number, lasts_s: number): void {
  const source = at.createOscillator()
  const volume = at.createGain()
  const start = at.currentTime + begins_s
  source.frequency.value = hertz
  volume.gain.setValueAtTime(0.0001, start)
  volume.gain.exponentialRampToValueAtTime(0.5, start + 0.02)
  volume.gain.exponentialRampToValueAtTime(0.0001, start + lasts_s)
  source.connect(volume).connect(at.destination)
  source.start(start)
  source.stop(start + lasts_s)
}

export interface Rung { known: Set<string>; last_at: number }
const AGAIN_MS = 20_000

/** Ring for each newcomer, then every 20 s while somebody waits. Marks `rung`. */
export function shouldRing(ids: string[], rung: Rung, now: number): boolean {
  const fresh = ids.some((id) => !rung.known.has(id))
  rung.known = new Set(ids)
  if (ids.length === 0 || (!fresh && now - rung.last_at < AGAIN_MS)) return false
  rung.last_at = now
  return true
}
