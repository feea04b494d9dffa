import { resolved, type Aliases } from '../aliases'
import type { Operation } from '../databases'
import type { AnyBody, EntityName, FollowUp, Seen } from '../../model'

/** Who looks, what this phone knows of merged ids, and the contacts of each tree in which one was corrected. */
export interface Viewer { staff_id: string; aliases: Aliases; contacts?: ReadonlyMap<string, readonly Seen<FollowUp>[]> }

/** Rows of one entity with changes laid over them; the rows beneath are never touched. */
export class Layer<B = AnyBody> {
  private readonly changed = new Map<string, Seen<B> | null>()

  constructor(private readonly base: ReadonlyMap<string, Seen<B>>, readonly viewer: Viewer) {}

  get(id: string): Seen<B> | undefined {
    const real = resolved(this.viewer.aliases, id)
    const changed = this.changed.get(real)
    return changed === null ? undefined : (changed ?? this.base.get(real))
  }

  put(row: Seen<B>): void {
    this.changed.set(row.id, row)
  }

  drop(id: string): void {
    this.changed.set(resolved(this.viewer.aliases, id), null)
  }

  /** Changes fields of a row that is here; marks it as pending since the operation was saved. */
  change(id: string, op: Operation, fields: Partial<B>): void {
    const row = this.get(id)
    if (row) this.put({ ...row, body: { ...row.body, ...fields }, pending: true, saved_at: op.saved_at })
  }

  /** Rows of interest; only for entities of which there are few. */
  *all(): Generator<Seen<B>> {
    for (const [id, row] of this.base) if (!this.changed.has(id)) yield row
    for (const row of [...this.changed.values()]) if (row) yield row
  }

  /** Everything, unchanged rows being the same objects as before. */
  list(): Seen<B>[] {
    if (this.changed.size === 0) return [...this.base.values()]
    return [...this.all()]
  }
}

/** A row for something this person has just made and the server has not yet judged. */
export function pendingRow<B>(op: Operation, body: B, viewer: Viewer): Seen<B> {
  return {
    id: op.id, entity: op.entity as EntityName, root: op.root, version: 0, body, by: viewer.staff_id,
    at: op.captured_at, captured_at: op.captured_at, received_at: null, pending: true, saved_at: op.saved_at,
  }
}

/** The fields of an operation as its entity's author-writable body. */
export function fieldsOf<B>(op: Operation): Partial<B> & Record<string, unknown> {
  return op.fields as Partial<B> & Record<string, unknown>
}
