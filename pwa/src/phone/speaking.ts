import { ownOutbox } from './databases'
import { relieved, troubled } from './trouble'

/* What is being said reaches this phone second by second: a page that dies takes the last one with it, not the minute. */

const PREFIX = 'speaking:'
const NTH_DIGITS = 3

/** Of a recording under way, as the microphone gives it. `until_ms`: where in the recording it ends. */
interface Piece { bytes: ArrayBuffer; type: string; until_ms: number }
/** A recording whose page died before the draft had it. */
export interface Unfinished { key: string; customer_id: string; began_at: number; bytes: ArrayBuffer; type: string; duration_ms: number }

/** Keeps the pieces of one recording until the draft has it whole. */
export class Speaking {
  readonly key: string
  #nth = 0
  #written: Promise<unknown> = Promise.resolve()
  #letGo: () => void = () => {}
  readonly #released: Promise<unknown> | undefined

  constructor(customer_id: string, began_at: number) {
    this.key = `${PREFIX}${customer_id}:${began_at}`
    // Held as long as this page lives: it tells a recording under way from one that was cut.
    const ended = new Promise<void>((resolve) => { this.#letGo = resolve })
    this.#released = globalThis.navigator?.locks?.request(this.key, () => ended)
  }

  /** After one that could not be kept there are none: a recording is of use from its beginning only. */
  add(blob: Blob, type: string, until_ms: number): void {
    const key = `${this.key}:${String(this.#nth++).padStart(NTH_DIGITS, '0')}`
    this.#written = this.#written.then(async () => {
      const value: Piece = { bytes: await blob.arrayBuffer(), type, until_ms }
      await ownOutbox().drafts.put({ key, value, kept_at: Date.now() })
    })
    this.#written.catch((cause: unknown) => console.warn('what is said stays in memory', cause))
  }

  /** Every piece is here, as far as it could be kept: nothing is written after this. */
  async whole(): Promise<void> {
    await this.#written.catch(() => {})
  }

  /** The draft has it, or there was nothing. */
  async drop(): Promise<void> {
    await this.whole()
    await forgetUnfinished(this.key)
    this.#letGo()
  }

  /** It could not be put into the draft: what is here is offered again. */
  async leave(): Promise<void> {
    await this.whole()
    this.#letGo()
    await this.#released
  }
}

/** Recordings that were cut, of one customer or of all; oldest first. */
export async function unfinished(customer_id = ''): Promise<Unfinished[]> {
  const prefix = customer_id ? `${PREFIX}${customer_id}:` : PREFIX
  const underWay = new Set((await globalThis.navigator?.locks?.query())?.held?.map(({ name }) => name))
  const found = new Map<string, Piece[]>()
  for (const { key, value } of await ownOutbox().drafts.where('key').startsWith(prefix).toArray()) {
    const of = key.slice(0, -NTH_DIGITS - 1)
    if (!underWay.has(of)) found.set(of, [...(found.get(of) ?? []), value as Piece])
  }
  return Promise.all([...found].map(([key, pieces]) => joined(key, pieces)))
}

async function joined(key: string, pieces: Piece[]): Promise<Unfinished> {
  const [customer_id, began_at] = key.slice(PREFIX.length).split(':')
  const { type, until_ms } = pieces.at(-1)!
  const bytes = await new Blob(pieces.map((piece) => piece.bytes)).arrayBuffer()
  return { key, customer_id: customer_id!, began_at: Number(began_at), bytes, type, duration_ms: until_ms }
}

/** It is kept elsewhere, or a person threw it away. */
export async function forgetUnfinished(key: string): Promise<void> {
  await ownOutbox().drafts.where('key').startsWith(`${key}:`).delete()
}

/** Says so, on every page, as long as a cut recording waits for a decision. */
export async function mindUnfinished(): Promise<void> {
  if ((await unfinished()).length) troubled('unfinished')
  else relieved('unfinished')
}
