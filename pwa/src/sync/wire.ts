/* The wire, as the server's sync/README.md has it. Keys are short because they travel with every row. */

export const PROTOCOL = 1
export const SCHEMA = 1

/** [seq, entity, id, fields, base, captured_at, cited conflict] under their names on the wire. */
export interface WireOperation { n: number; e: string; i: string; f: Record<string, unknown>; b?: number; t: number; x?: string }
export interface PushBody {
  v: number
  schema: number
  device: string
  sent_at: number
  contact_at: number | null
  units: WireOperation[][]
  /** units wait behind these: what was written until now is judged by the rights of the contact before */
  more?: boolean
}
export type WhyRevoked = 'lost' | 'replaced' | 'compromised'
export type Exception =
  | { n: number; o: 'merged'; fields: string[] }
  | { n: number; o: 'duplicate'; of: string }
  | { n: number; o: 'refused'; code: string; field?: string; who?: string; when?: number }
  /** `known`: this person's content was judged before, under another number */
  | { n: number; o: 'mismatch'; known?: boolean }
export interface PushAnswer {
  v: number
  now: number
  next: number
  contact_at: number
  done: [first: number, count: number]
  /** absent when everything was simply applied */
  except?: Exception[]
  gap?: boolean
  /** this device was revoked: what it sends is kept and put before the manager */
  revoked?: WhyRevoked
}
export type WireMeta = [by: string | null, at: number, received_at: number | null, captured_at: number]
export type WireRow = [entity: string, id: string, version: number, root: string, scopes: number[], body: Record<string, unknown>, meta: WireMeta]
export interface Frame {
  s?: string[]
  rows?: WireRow[]
  gone?: [scope: number, entity: string, id: string, version: number][]
  dropped?: string[]
  cursor?: string
  part?: 0 | 1 | 2 | null
  left?: number
  total?: number
  head?: boolean
  now?: number
  digest?: Record<string, [number, number, number]>
  resync?: boolean
}
