import { describe, expect, test } from 'vitest'
import { SLICE_BYTES, encoded, upload, type Parcel, type Wire } from './tus'

/** A tus server in memory: enough of the protocol to be wrong in every way that matters. */
class Uploads {
  stored = new Uint8Array(0)
  length = 0
  requests: string[] = []
  remembered: (string | null)[] = []
  answers: Response[] = []
  gone = false
  poisoned = false
  private made = 0

  wire(): Wire {
    return {
      endpoint: 'http://shop.test/photos/uploads', credential: 'device', fetch: this.answer as typeof fetch,
      pause: async () => {}, progress: () => {}, remember: async (url) => void this.remembered.push(url),
    }
  }

  answer = async (url: string, init: RequestInit): Promise<Response> => {
    this.requests.push(init.method ?? 'GET')
    const planned = init.method === 'PATCH' ? this.answers.shift() : undefined
    if (planned?.status === 599) throw new TypeError('network')
    if (planned) return planned
    if (init.method === 'POST') return this.created(init)
    if (this.gone || !url.endsWith(this.name())) return new Response(null, { status: 404 })
    return init.method === 'HEAD' ? this.where(this.spoilt() ? 460 : 200) : this.append(init)
  }

  private created(init: RequestInit): Response {
    this.length = Number((init.headers as Record<string, string>)['Upload-Length'])
    this.gone = false
    this.stored = new Uint8Array(0)
    this.made += 1
    return new Response(null, { status: 201, headers: { Location: `/photos/uploads${this.name()}` } })
  }

  private append(init: RequestInit): Response {
    if (Number((init.headers as Record<string, string>)['Upload-Offset']) !== this.stored.length) return this.where(409)
    const slice = new Uint8Array(init.body as ArrayBuffer)
    this.stored = new Uint8Array(Buffer.concat([this.stored, slice]))
    return this.where(this.spoilt() ? 460 : 204)
  }

  private name(): string {
    return this.made > 1 ? `/one-${this.made}` : '/one'
  }

  private spoilt(): boolean {
    return this.poisoned && this.stored.length === this.length
  }

  private where(status: number): Response {
    return new Response(null, { status, headers: { 'Upload-Offset': String(this.stored.length) } })
  }
}

const photo = Uint8Array.from({ length: SLICE_BYTES * 2 + 77 }, (_, at) => (at * 31) % 251)
const parcel = (upload_url: string | null = null): Parcel => ({ photo_id: 'p', sha256: 'h', org: 'demo', bytes: photo.buffer.slice(0), upload_url })
/** Compared as text: half a million matched elements take seconds. */
const whole = ({ stored }: Uploads) => Buffer.from(stored).equals(Buffer.from(photo))
const refusing = (status: number) => new Response(status === 413 ? null : '{}', { status })

describe('upload', () => {
  test('sends every byte once and remembers the address first', async () => {
    const server = new Uploads()
    expect(await upload(parcel(), server.wire())).toEqual({ kind: 'sent' })
    expect(whole(server)).toBe(true)
    expect(server.requests).toEqual(['POST', 'PATCH', 'PATCH', 'PATCH'])
    expect(server.remembered).toEqual(['/photos/uploads/one'])
  })

  test('after a restart it asks where the server stands and sends only the rest', async () => {
    const server = new Uploads()
    server.stored = photo.slice(0, 1234)
    expect(await upload(parcel('/photos/uploads/one'), server.wire())).toEqual({ kind: 'sent' })
    expect(whole(server)).toBe(true)
    expect(server.requests).toEqual(['HEAD', 'PATCH', 'PATCH'])
  })

  test('an upload the server forgot is created anew', async () => {
    const server = new Uploads()
    server.gone = true
    expect(await upload(parcel('/photos/uploads/one'), server.wire())).toEqual({ kind: 'sent' })
    expect(server.remembered).toEqual([null, '/photos/uploads/one'])
    expect(whole(server)).toBe(true)
  })

  test.each([409, 423, 460, 410])('%i on a slice is mended by asking again', async (status) => {
    const server = new Uploads()
    server.answers.push(refusing(status))
    expect(await upload(parcel(), server.wire())).toEqual({ kind: 'sent' })
    expect(whole(server)).toBe(true)
  })

  test.each([[413, { kind: 'refused', code: 'too_large' }], [401, { kind: 'signed_out' }], [503, { kind: 'later' }], [599, { kind: 'later' }]])(
    '%i ends this round',
    async (status, outcome) => {
      const server = new Uploads()
      server.answers.push(status === 599 ? ({ status: 599 } as Response) : refusing(status as number))
      expect(await upload(parcel(), server.wire())).toEqual(outcome)
    },
  )

  test('bytes that never hash to what was promised are given up, not sent for ever', async () => {
    const server = new Uploads()
    server.poisoned = true
    expect(await upload(parcel(), server.wire())).toEqual({ kind: 'refused', code: 'hash_mismatch' })
    expect(server.requests.filter((method) => method === 'POST').length).toBe(3)
  })

  test('a server that stays locked is left for later, not asked for ever', async () => {
    const server = new Uploads()
    server.answers = Array.from({ length: 50 }, () => refusing(423))
    expect(await upload(parcel(), server.wire())).toEqual({ kind: 'later' })
    expect(server.requests.length).toBeLessThan(15)
  })
})

test('metadata is base64 of UTF-8', () => {
  expect(encoded({ org: '欣居' })).toBe('org 5qyj5bGF')
})
