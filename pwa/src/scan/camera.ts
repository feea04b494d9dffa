/**
 * The camera behind one video element. iOS gives a dead picture when a stream is asked for twice or play() is not
 * awaited: the lens that holds it asks once.
 */

export const TROUBLES = ['denied', 'absent', 'busy', 'stuck', 'unsupported', 'insecure', 'no_reader'] as const
export type Trouble = (typeof TROUBLES)[number]

/** The camera of before, ours or another app's, may take so long to let go. */
const LETS_GO_MS = 600

/** The back camera's stream. Throws `Trouble` as the error's message. */
export async function askForStream(): Promise<MediaStream> {
  if (!window.isSecureContext) throw new Error('insecure')
  if (!navigator.mediaDevices?.getUserMedia) throw new Error('unsupported')
  const ask = () => navigator.mediaDevices.getUserMedia(wanted())
  try {
    return await ask().catch(async (error: DOMException) => {
      if (troubleOf(error.name) !== 'busy') throw error
      await new Promise((resolve) => setTimeout(resolve, LETS_GO_MS))
      return ask()
    })
  } catch (error) {
    throw new Error(troubleOf((error as DOMException).name), { cause: error })
  }
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

/** Resolved when the picture moves; a browser that refuses to play wants a tap first. */
export async function playIn(video: HTMLVideoElement, stream: MediaStream): Promise<void> {
  video.srcObject = stream
  await video.play().catch((cause: unknown) => { throw new Error('stuck', { cause }) })
}

export function stop(stream: MediaStream | null): void {
  stream?.getTracks().forEach((track) => track.stop())
}

/** Some phones say so only once the picture moves. */
export function hasTorch(stream: MediaStream): boolean {
  const capabilities = stream.getVideoTracks()[0]?.getCapabilities?.() as { torch?: boolean } | undefined
  return capabilities?.torch === true
}

/** True when the lamp did what was asked. */
export async function setTorch(stream: MediaStream, on: boolean): Promise<boolean> {
  const constraints = { advanced: [{ torch: on }] } as unknown as MediaTrackConstraints
  return (await stream.getVideoTracks()[0]?.applyConstraints(constraints).then(() => true, () => false)) ?? false
}

/** Allowed meanwhile, in the browser's settings? False where the browser does not say. */
export async function isAllowed(): Promise<boolean> {
  const status = await navigator.permissions?.query({ name: 'camera' as PermissionName }).catch(() => null)
  return status?.state === 'granted'
}
