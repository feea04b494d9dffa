import type { Refusal, Seen } from '../model'
import type { Operation, Receipt } from './databases'

/** Something the server refused: this person's own, from this phone or another, or a colleague's that waits for their manager. */
export interface Refused {
  key: string
  /** the operation here, when it was this phone's */
  seq: number | null
  /** null until the server's own row about it has come */
  refusal_id: string | null
  /** the device and number it was sent under */
  device: string
  n: number
  /** null: this person */
  author_id: string | null
  entity: string
  row_id: string
  root: string
  fields: Record<string, unknown>
  base: number | null
  cites: string | null
  captured_at: number
  code: string
  field: string | null
  who: string | null
  when: number | null
  state: Refusal['state']
  note: string | null
  asked_at: number | null
  answered_by: string | null
  answered_at: number | null
  answer: string | null
  /** what was saved in the same unit and fell with it; it is resent and settled with it */
  companions: Refused[]
}

/** The same refusal known here and from the server is one, and a unit is one: its cause, with the rest beside it. */
export function refusedOnce(here: Operation[], rows: Seen<Refusal>[], device: string, staff_id: string): Refused[] {
  const rowAt = new Map(rows.map((row) => [placeOf(row.body), row]))
  const local = here.map((op) => {
    const [sender, n] = [op.receipt?.device ?? device, op.receipt?.n ?? op.seq]
    return { unit: `here:${op.unit}`, one: fromOperation(op, sender, n, rowAt.get(`${sender}:${n}`)) }
  })
  const known = new Set(local.map(({ one }) => one.refusal_id))
  const others = rows.filter(({ id }) => !known.has(id))
    .map((row) => ({ unit: `${row.body.device}:${row.body.unit?.[0] ?? row.body.seq}`, one: fromRow(row, staff_id) }))
  const units = new Map<string, Refused[]>()
  for (const { unit, one } of [...local, ...others]) units.set(unit, [...(units.get(unit) ?? []), one])
  return [...units.values()].map(ledByCause)
}

/** Whether this person has to do something: their own that nobody was asked about, a colleague's that waits for them. */
export function isForMe({ author_id, state, code }: Refused): boolean {
  if (author_id === null) return state !== 'asked' && state !== 'released'
  return state === 'asked' || (code === 'revoked' && state === 'kept')
}

/** Where the server files a refusal. */
export function placeOf({ device, seq }: Pick<Refusal, 'device' | 'seq'>): string {
  return `${device}:${seq}`
}

function ledByCause(unit: Refused[]): Refused {
  const cause = unit.find(({ code }) => code !== 'unit') ?? unit[0]!
  return { ...cause, companions: unit.filter((one) => one !== cause) }
}

/** The server's row, where it is here, knows more than the answer did: what was judged again, and what was asked. */
function fromOperation(op: Operation, device: string, n: number, row: Seen<Refusal> | undefined): Refused {
  const { code = '', field = null, who = null, when = null } = row?.body ?? op.receipt ?? {}
  return {
    key: `here-${op.seq}`, seq: op.seq, refusal_id: row?.id ?? null, device, n, author_id: null, entity: op.entity, row_id: op.id, root: op.root,
    fields: op.fields, base: op.base, cites: op.cites, captured_at: op.captured_at, code, field, who, when, ...(row ? stateOf(row.body) : askedHere(op.receipt)), companions: [],
  }
}

function fromRow({ id, root, body, by }: Seen<Refusal>, staff_id: string): Refused {
  return {
    key: id, seq: null, refusal_id: id, device: body.device, n: body.seq, author_id: by === staff_id ? null : by, entity: body.entity, row_id: body.row_id,
    root: rootOf(body) ?? root, fields: body.fields ?? {}, base: body.base, cites: body.cites ?? null, captured_at: body.captured_at, code: body.code, field: body.field,
    who: body.who, when: body.when, ...stateOf(body), companions: [],
  }
}

/** A refusal's row stands alone; the customer it is about is named in its content, where it is named at all. */
function rootOf({ entity, row_id, fields }: Refusal): string | null {
  if (entity === 'customer') return row_id
  return typeof fields?.customer_id === 'string' ? fields.customer_id : null
}

type Standing = Pick<Refused, 'state' | 'note' | 'asked_at' | 'answered_by' | 'answered_at' | 'answer'>

function stateOf({ state = 'kept', note = null, asked_at = null, answered_by = null, answered_at = null, answer = null }: Refusal): Standing {
  return { state, note, asked_at, answered_by, answered_at, answer }
}

function askedHere(receipt: Receipt | null): Standing {
  const { asked_at = null, note = null } = receipt ?? {}
  return { state: asked_at === null ? 'kept' : 'asked', note, asked_at, answered_by: null, answered_at: null, answer: null }
}
