/**
 * The camera from one look to the next: one question at a time, stopped for a hidden page and asked for again on show,
 * begun anew when the phone has taken it away. iOS keeps the lamp on for a hidden page, and gives pictures to one stream only.
 */

import { askForStream, hasTorch, isAllowed, playIn, setTorch, stop, troubleIn, type Trouble } from './camera'
import type { Scanned } from './read'
import type { Reader } from './reader'
import { watch } from './watch'

export type Stage = 'idle' | 'starting' | 'looking' | Trouble
export type Torch = 'none' | 'off' | 'on'
export interface Told { onstage(stage: Stage): void; ontorch(torch: Torch): void; onfound(found: Scanned): void; reader(): Promise<Reader> }

/** A track is also mute for a moment while the phone turns: longer, and another app has the camera. */
const MUTE_MS = 1000
/** A camera that dies so often, within so long, is somebody else's. */
const MOST_REVIVALS = 3
const REVIVALS_MS = 30_000

export class Lens {
  #stage: Stage = 'idle'
  #torch: Torch = 'none'
  #lit = false
  #asking: Promise<MediaStream> | null = null
  #stream: MediaStream | null = null
  #wanted = false
  #paused = false
  #turn = 0
  #revived: number[] = []
  #unwatch = () => {}
  #closing = new AbortController()

  constructor(private video: HTMLVideoElement, private told: Told) {
    const { signal } = this.#closing
    document.addEventListener('visibilitychange', () => (document.hidden ? this.#rest() : void this.#onShown()), { signal })
    addEventListener('pagehide', () => this.#rest(), { signal })
    addEventListener('pageshow', () => void this.#onShown(), { signal })
    addEventListener('online', () => this.#stage === 'no_reader' && void this.start(), { signal })
  }

  /** Does nothing while it looks already. */
  async start(): Promise<void> {
    this.#paused = false
    if (this.#wanted || document.hidden || this.#closing.signal.aborted) return
    this.#wanted = true
    const turn = (this.#turn += 1)
    this.#say('starting')
    try {
      await this.#begin(() => turn === this.#turn)
    } catch (error) {
      if (turn !== this.#turn) return
      this.#rest()
      this.#say(troubleIn(error))
    }
  }

  /** No camera until `start`, also for a page that is shown again. */
  pause(): void {
    this.#paused = true
    this.#rest()
  }

  close(): void {
    this.#closing.abort()
    this.#rest()
  }

  /** The lamp on or off; it comes on again after a restart. */
  async light(): Promise<void> {
    this.#lit = this.#torch !== 'on'
    await this.#setLamp()
  }

  /** Lets go of the camera; what was wrong stays said. */
  #rest(): void {
    this.#wanted = false
    this.#turn += 1
    this.#unwatch()
    stop(this.#stream)
    this.#stream = null
    this.video.srcObject = null
    this.#shine('none')
    if (this.#stage === 'starting' || this.#stage === 'looking') this.#say('idle')
  }

  async #begin(isMine: () => boolean): Promise<void> {
    // Both at once: who waits for the camera need not wait for the reader afterwards.
    const [ready, stream] = [this.told.reader(), this.#ask()]
    ready.catch(() => undefined)
    const held = await stream
    if (!isMine()) return void (this.#wanted || stop(held))
    this.#hold(held)
    await playIn(this.video, held)
    if (!isMine()) return
    await this.#offerLamp()
    const reader = await ready
    if (!isMine()) return
    this.#say('looking')
    const ondrawn = () => {
      this.#say('looking')
      void this.#offerLamp()
    }
    this.#unwatch = watch(this.video, { reader, ondrawn, onfound: this.told.onfound, onstuck: () => this.#say('stuck') })
  }

  /** A second question while the first is still open gets the first one's answer. */
  #ask(): Promise<MediaStream> {
    this.#asking ??= askForStream().finally(() => (this.#asking = null))
    return this.#asking
  }

  #hold(stream: MediaStream): void {
    this.#stream = stream
    const track = stream.getVideoTracks()[0]
    track?.addEventListener('ended', () => this.#revive(stream))
    track?.addEventListener('mute', () => setTimeout(() => track.muted && this.#revive(stream), MUTE_MS))
  }

  #revive(stream: MediaStream): void {
    if (stream !== this.#stream) return
    const now = performance.now()
    this.#revived = [...this.#revived.filter((at) => now - at < REVIVALS_MS), now]
    this.#rest()
    if (this.#revived.length > MOST_REVIVALS) this.#say('busy')
    else void this.start()
  }

  /** Who has said no is not asked again by looking away and back. */
  async #onShown(): Promise<void> {
    const may = this.#stage !== 'denied' || (await isAllowed())
    if (may && !this.#paused) await this.start()
  }

  async #offerLamp(): Promise<void> {
    if (this.#torch !== 'none' || !this.#stream || !hasTorch(this.#stream)) return
    this.#shine('off')
    if (this.#lit) await this.#setLamp()
  }

  async #setLamp(): Promise<void> {
    const [stream, wanted] = [this.#stream, this.#lit]
    if (!stream) return
    const lit = (await setTorch(stream, wanted)) === wanted
    if (stream !== this.#stream) return
    this.#lit = lit
    this.#shine(lit ? 'on' : 'off')
  }

  #shine(torch: Torch): void {
    this.#torch = torch
    this.told.ontorch(torch)
  }

  #say(stage: Stage): void {
    this.#stage = stage
    this.told.onstage(stage)
  }
}
