/* A person with a phone, for tests, and a server that answers as told. Only tests import this. */
import type { Exception, Frame, PushBody, WhyRevoked, WireRow } from '../sync/wire'
import { EMPTY, lanesOf, withRow, type Digest } from '../sync/digest'
import { newId } from '../sync/uuid7'
import { cacheOf, outboxOf, phoneDatabase, type CacheDatabase, type OutboxDatabase } from './databases'
import { adopt, type Person } from './session'

export interface Stage { who: Person; outbox: OutboxDatabase; cache: CacheDatabase; key: string }

/** A consultant's fresh phone, signed in and enrolled. */
export async function newPhone(role: Person['role'] = 'rep'): Promise<Stage> {
  const who: Person = {
    staff_id: newId(), name: '薄文', role, store_ids: ['store-1'], accepts_leads: true,
    org: { id: newId(), code: 'xinju', name: '欣居家居', zone: 'Asia/Shanghai' },
  }
  const key = `${who.org.id}-${who.staff_id}`
  await phoneDatabase().people.clear()
  await phoneDatabase().people.put({
    key, org_id: who.org.id, staff_id: who.staff_id, person: { ...who }, device: null, credential: 'credential', shared: false, pin: null, contact_at: 0,
  })
  adopt(who)
  return { who, key, outbox: outboxOf(who.org.id, who.staff_id), cache: cacheOf(who.org.id, who.staff_id) }
}

export type Judge = (body: PushBody) => Exception[] | Response

/** The server as the phone meets it at the boundary: operations it has taken, frames it will send. */
export class FakeServer {
  pushes: PushBody[] = []
  taken = new Map<number, { id: string; entity: string }>()
  frames: Frame[][] = []
  pulls: { cursor: string | null; resend?: string[]; pending?: number; oldest_at?: number | null; photos?: number }[] = []
  judge: Judge = () => []
  /** why this device was revoked: then nothing of its work is applied, and a pull is turned away */
  revoked: WhyRevoked | null = null
  clock: () => number = Date.now
  /** what else was asked: method and path */
  calls: string[] = []
  /** what it says to the next digests that it is asked to compare */
  differ: string[] = []
  /** the digests it was asked to compare */
  compared: unknown[] = []
  /** cuts the next pull after so many characters */
  cut_after: number | null = null

  install(): this {
    globalThis.fetch = ((path: string, init?: RequestInit) => this.answer(path, init)) as typeof fetch
    return this
  }

  private async answer(path: string, init?: RequestInit): Promise<Response> {
    if (path === '/sync/push') return this.push(await readBody(init))
    if (path === '/sync/pull') return this.pull(JSON.parse(String(init?.body)) as { cursor: string | null })
    if (path === '/sync/verify') {
      this.compared.push((JSON.parse(String(init?.body)) as { digest: unknown }).digest)
      return Response.json({ differ: this.differ.splice(0) })
    }
    this.calls.push(`${init?.method ?? 'GET'} ${path}`)
    if (path === '/api/devices') return Response.json({ credential: `credential-${this.calls.length}` })
    return new Response('{}', { status: 404 })
  }

  private push(body: PushBody): Response {
    this.pushes.push(body)
    if (this.revoked === 'compromised') return turnedAway(this.revoked)
    const judged = this.judge(body)
    if (judged instanceof Response) return judged
    const operations = body.units.flat()
    for (const { n, i, e } of operations) this.taken.set(n, { id: i, entity: e })
    const first = operations[0]?.n ?? this.taken.size + 1
    const refused = this.revoked ? operations.map(({ n }) => ({ o: 'refused', n, code: 'revoked' })) : judged
    return Response.json({
      v: 1, now: this.clock(), next: first + operations.length, contact_at: this.clock(), done: [first, operations.length], except: refused,
      ...(this.revoked ? { revoked: this.revoked } : {}),
    })
  }

  private pull(body: { cursor: string | null; resend?: string[] }): Response {
    this.pulls.push(body)
    if (this.revoked) return turnedAway(this.revoked)
    const text = (this.frames.shift() ?? [{ head: true }]).map((frame) => `${JSON.stringify(frame)}\n`).join('')
    const sent = this.cut_after === null ? text : text.slice(0, this.cut_after)
    this.cut_after = null
    return new Response(sent, { headers: { 'Content-Type': 'application/x-ndjson' } })
  }
}

function turnedAway(why: WhyRevoked): Response {
  return Response.json({ error: { code: 'device_revoked', why } }, { status: 403 })
}

/** A wire row of one scope-list given by index. */
export function row(entity: string, id: string, version: number, body: Record<string, unknown> = {}, scopes = [0], root = id, by: string | null = null): WireRow {
  return [entity, id, version, root, scopes, body, [by, version, version, version]]
}

/** What the server would say of a scope that holds these rows. */
export function digestOf(...rows: WireRow[]): [number, number, number] {
  return [...rows.reduce<Digest>((sum, [entity, id, version]) => withRow(sum, lanesOf(entity, id, version)), EMPTY)] as [number, number, number]
}

async function readBody(init?: RequestInit): Promise<PushBody> {
  const packed = (init?.headers as Record<string, string>)['Content-Encoding'] === 'gzip'
  if (!packed) return JSON.parse(String(init?.body)) as PushBody
  const stream = new Blob([init!.body as ArrayBuffer]).stream().pipeThrough(new DecompressionStream('gzip'))
  return (await new Response(stream).json()) as PushBody
}
