import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Lens, type Stage, type Torch } from './lens'
import type { Scanned } from './read'
import type { Code, Reader } from './reader'

/* A phone without a screen: what the browser gives, and nothing of ours. */

class Track extends EventTarget {
  live = true
  muted = false
  lit = false
  constructor(readonly torch: boolean) { super() }
  stop() { this.live = false }
  getCapabilities() { return this.torch ? { torch: true } : {} }
  async applyConstraints({ advanced }: { advanced: { torch: boolean }[] }) { this.lit = advanced[0]!.torch }
}

class Phone {
  tracks: Track[] = []
  asked = 0
  hasTorch = false
  refuses: string[] = []
  waits: Promise<void> = Promise.resolve()
  allowed = 'prompt'
  page = Object.assign(new EventTarget(), { hidden: false, createElement: () => ({ getContext: () => ({ drawImage() {}, getImageData: () => ({}) }) }) })
  window = Object.assign(new EventTarget(), { isSecureContext: true })
  video = { readyState: 4, videoWidth: 1280, videoHeight: 960, srcObject: null as unknown, playing: Promise.resolve(), play() { return this.playing } }

  getUserMedia = async () => {
    this.asked += 1
    await this.waits
    const name = this.refuses.shift()
    if (name) throw new DOMException('', name)
    const track = new Track(this.hasTorch)
    this.tracks.push(track)
    return { getTracks: () => [track], getVideoTracks: () => [track] }
  }
  get live() { return this.tracks.filter(({ live }) => live).length }
  get track() { return this.tracks.at(-1)! }

  async hide() { await this.turn(true) }
  async show() { await this.turn(false) }
  async turn(hidden: boolean) {
    this.page.hidden = hidden
    this.page.dispatchEvent(new Event('visibilitychange'))
    await vi.advanceTimersByTimeAsync(1)
  }
}

let phone: Phone
let lens: Lens
let said: { stage: Stage; torch: Torch; found: Scanned[] }
let sees: Code[] = []
let reader: () => Promise<Reader>

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  phone = new Phone()
  vi.stubGlobal('window', phone.window)
  vi.stubGlobal('document', phone.page)
  vi.stubGlobal('addEventListener', phone.window.addEventListener.bind(phone.window))
  vi.stubGlobal('HTMLMediaElement', { HAVE_CURRENT_DATA: 2 })
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: phone.getUserMedia }, permissions: { query: async () => ({ state: phone.allowed }) } })
  said = { stage: 'idle', torch: 'none', found: [] }
  sees = []
  reader = async () => ({ look: async () => sees })
  lens = new Lens(phone.video as unknown as HTMLVideoElement, {
    onstage: (stage) => (said.stage = stage), ontorch: (torch) => (said.torch = torch), onfound: (code) => said.found.push(code), reader: () => reader(),
  })
})
afterEach(() => {
  lens.close()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

async function begin() {
  void lens.start()
  await vi.advanceTimersByTimeAsync(1)
}

describe('a page out of sight', () => {
  test('lets go of the camera, and asks for it again when it is back', async () => {
    await begin()
    expect([said.stage, phone.live]).toEqual(['looking', 1])
    await phone.hide()
    expect([said.stage, phone.live, phone.video.srcObject]).toEqual(['idle', 0, null])
    await phone.show()
    expect([said.stage, phone.live, phone.asked]).toEqual(['looking', 1, 2])
  })

  test('does so for pagehide alone, which is all that iOS says of a page that it keeps', async () => {
    await begin()
    phone.window.dispatchEvent(new Event('pagehide'))
    expect(phone.live).toBe(0)
    phone.window.dispatchEvent(new Event('pageshow'))
    await vi.advanceTimersByTimeAsync(1)
    expect(phone.live).toBe(1)
  })

  test('stays dark while what was found is being read', async () => {
    await begin()
    lens.pause()
    await phone.hide()
    await phone.show()
    expect([phone.live, phone.asked]).toEqual([0, 1])
  })

  test('is not given a camera that comes when nobody looks any more', async () => {
    phone.waits = new Promise((resolve) => setTimeout(resolve, 500))
    await begin()
    await phone.hide()
    await vi.advanceTimersByTimeAsync(600)
    expect([phone.tracks.length, phone.live, said.stage]).toEqual([1, 0, 'idle'])
  })
})

describe('permission', () => {
  test('is asked for once, however often the page comes and goes meanwhile', async () => {
    phone.waits = new Promise((resolve) => setTimeout(resolve, 500))
    await begin()
    await phone.hide()
    await phone.show()
    void lens.start()
    await vi.advanceTimersByTimeAsync(600)
    expect([phone.asked, phone.live, said.stage]).toEqual([1, 1, 'looking'])
  })

  test('that was refused is asked for again by hand only, or once the settings allow it', async () => {
    phone.refuses = ['NotAllowedError']
    await begin()
    expect(said.stage).toBe('denied')
    await phone.hide()
    await phone.show()
    expect([said.stage, phone.asked]).toEqual(['denied', 1])
    phone.allowed = 'granted'
    await phone.hide()
    await phone.show()
    expect([said.stage, phone.asked]).toEqual(['looking', 2])
  })
})

describe('a picture', () => {
  test('is looked at only when it moves', async () => {
    let plays = () => {}
    phone.video.playing = new Promise((resolve) => (plays = resolve))
    sees = [{ text: 'tel:13800138000', format: 'qr_code', x: 0.5, y: 0.5 }]
    await begin()
    await vi.advanceTimersByTimeAsync(3000)
    expect([said.stage, said.found]).toEqual(['starting', []])
    plays()
    await vi.advanceTimersByTimeAsync(1)
    expect([said.stage, said.found.length]).toEqual(['looking', 1])
  })

  test('that may not play is called stuck, and its camera let go', async () => {
    phone.video.playing = Promise.reject(new DOMException('', 'NotAllowedError'))
    await begin()
    expect([said.stage, phone.live]).toEqual(['stuck', 0])
  })

  test('that does not come within three seconds is called stuck, and looked at when it comes', async () => {
    phone.video.readyState = 1
    await begin()
    await vi.advanceTimersByTimeAsync(3100)
    expect(said.stage).toBe('stuck')
    phone.video.readyState = 4
    await vi.advanceTimersByTimeAsync(100)
    expect(said.stage).toBe('looking')
  })

  test('with bars counts when a second look says the same', async () => {
    sees = [{ text: '6901234567892', format: 'ean_13', x: 0.5, y: 0.5 }]
    await begin()
    expect(said.found).toEqual([])
    sees = [{ text: '96385074', format: 'ean_8', x: 0.5, y: 0.5 }]
    await vi.advanceTimersByTimeAsync(400)
    expect(said.found).toEqual([])
    await vi.advanceTimersByTimeAsync(400)
    expect(said.found).toMatchObject([{ text: '96385074' }])
  })
})

describe('a camera that dies', () => {
  test('is begun anew when its track has ended', async () => {
    await begin()
    phone.track.dispatchEvent(new Event('ended'))
    await vi.advanceTimersByTimeAsync(1)
    expect([said.stage, phone.live, phone.asked]).toEqual(['looking', 1, 2])
  })

  test('is begun anew when it stays mute, and left alone when it was mute for a moment', async () => {
    await begin()
    phone.track.muted = true
    phone.track.dispatchEvent(new Event('mute'))
    phone.track.muted = false
    await vi.advanceTimersByTimeAsync(1100)
    expect(phone.asked).toBe(1)
    phone.track.muted = true
    phone.track.dispatchEvent(new Event('mute'))
    await vi.advanceTimersByTimeAsync(1100)
    expect([said.stage, phone.live, phone.asked]).toEqual(['looking', 1, 2])
  })

  test('again and again belongs to another app, which is said', async () => {
    await begin()
    for (let nth = 0; nth < 4; nth += 1) {
      phone.track.dispatchEvent(new Event('ended'))
      await vi.advanceTimersByTimeAsync(1)
    }
    expect([said.stage, phone.live, phone.asked]).toEqual(['busy', 0, 4])
  })

  test('in use by another app is waited for a moment, then said', async () => {
    phone.refuses = ['NotReadableError']
    await begin()
    await vi.advanceTimersByTimeAsync(700)
    expect([said.stage, phone.asked]).toEqual(['looking', 2])
    lens.pause()
    phone.refuses = ['NotReadableError', 'NotReadableError']
    await begin()
    await vi.advanceTimersByTimeAsync(700)
    expect([said.stage, phone.asked]).toEqual(['busy', 4])
  })

  test('that is not there at all is said at once', async () => {
    phone.refuses = ['NotFoundError']
    await begin()
    expect([said.stage, phone.asked]).toEqual(['absent', 1])
  })
})

describe('the lamp', () => {
  test('has no button on a camera without one', async () => {
    await begin()
    expect(said.torch).toBe('none')
  })

  test('is found also where the phone knows of it only once the picture moves', async () => {
    phone.video.readyState = 1
    await begin()
    expect(said.torch).toBe('none')
    vi.spyOn(phone.track, 'getCapabilities').mockReturnValue({ torch: true })
    phone.video.readyState = 4
    await vi.advanceTimersByTimeAsync(100)
    expect(said.torch).toBe('off')
  })

  test('that was on comes on again with the next stream, and the button says so', async () => {
    phone.hasTorch = true
    await begin()
    await lens.light()
    expect([said.torch, phone.track.lit]).toEqual(['on', true])
    await phone.hide()
    expect([said.torch, phone.live]).toEqual(['none', 0])
    await phone.show()
    expect([said.torch, phone.track.lit, phone.tracks.length]).toEqual(['on', true, 2])
    await lens.light()
    await phone.hide()
    await phone.show()
    expect([said.torch, phone.track.lit]).toEqual(['off', false])
  })

  test('that does not do as asked is said as it is', async () => {
    phone.hasTorch = true
    await begin()
    vi.spyOn(phone.track, 'applyConstraints').mockRejectedValue(new DOMException('', 'OverconstrainedError'))
    await lens.light()
    expect(said.torch).toBe('off')
  })
})

test('a reader that is not on the phone yet is said, and fetched when the network is back', async () => {
  reader = () => Promise.reject(new Error('no_reader'))
  await begin()
  expect([said.stage, phone.live]).toEqual(['no_reader', 0])
  reader = async () => ({ look: async () => [] })
  phone.window.dispatchEvent(new Event('online'))
  await vi.advanceTimersByTimeAsync(1)
  expect([said.stage, phone.live]).toEqual(['looking', 1])
})

test('a reader that fails at every look is said, not left looking for ever', async () => {
  reader = async () => ({ look: () => Promise.reject(new Error('gone')) })
  await begin()
  await vi.advanceTimersByTimeAsync(2500)
  expect(said.stage).toBe('stuck')
})
