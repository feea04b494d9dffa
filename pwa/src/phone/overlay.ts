import type { AnyBody, Bodies, EntityName, Seen } from '../model'
import { resolved } from './aliases'
import type { Operation } from './databases'
import { counted, mirrorCorrected } from './mirror/correction'
import { mirrorCustomer } from './mirror/customer'
import { mirrorCandidate } from './mirror/duplicate'
import { mirrorArrivalCard, mirrorLead, mirrorOffer, mirrorPresence } from './mirror/lead'
import { Layer, pendingRow, type Viewer } from './mirror/layer'
import { BLANKS } from './mirror/report'
import { mirrorConflict, mirrorRefusal } from './mirror/trust'

type Mirror = (op: Operation, layer: Layer<never>) => void
const MIRRORS: Partial<Record<EntityName, Mirror>> = {
  customer: mirrorCustomer as Mirror, lead: mirrorLead as Mirror, offer: mirrorOffer as Mirror,
  arrival_card: mirrorArrivalCard as Mirror, refusal: mirrorRefusal as Mirror, conflict: mirrorConflict as Mirror,
  follow_up: mirrorCorrected as Mirror, comment: mirrorCorrected as Mirror, visit: mirrorCorrected as Mirror, photo: mirrorCorrected as Mirror, recording: mirrorCorrected as Mirror,
  walk_in: mirrorCorrected as Mirror, arrival: mirrorCorrected as Mirror,
  deletion: mirrorCorrected as Mirror, candidate: mirrorCandidate as Mirror, presence: mirrorPresence as Mirror,
}
/** What is derived from facts counts them as they are to be read. */
const DERIVED: ReadonlySet<EntityName> = new Set(['customer', 'lead'])

/** Rows of one entity with operations laid over them, in the order they were saved. */
export function overlaid<E extends EntityName>(
  entity: E, rows: ReadonlyMap<string, Seen<Bodies[E]>>, operations: readonly Operation[], viewer: Viewer,
): Layer<Bodies[E]> {
  const layer = new Layer<Bodies[E]>(rows, viewer)
  const mirror = MIRRORS[entity]
  for (const op of DERIVED.has(entity) ? counted(operations) : operations) {
    const here = { ...op, root: resolved(viewer.aliases, op.root), id: resolved(viewer.aliases, op.id) }
    if (op.base !== null && op.entity === entity) patch(here, layer as Layer<never>)
    mirror?.(here, layer as Layer<never>)
    if (op.base === null && op.entity === entity) create(here, layer as Layer<never>)
  }
  return layer
}

function create(op: Operation, layer: Layer<AnyBody>): void {
  if (layer.get(op.id)) return
  const blank = BLANKS[op.entity as keyof typeof BLANKS] ?? {}
  layer.put(pendingRow(op, { ...blank, ...op.fields } as unknown as AnyBody, layer.viewer))
}

function patch(op: Operation, layer: Layer<AnyBody>): void {
  const row = layer.get(op.id)
  if (!row) return
  const before = row.body as unknown as Record<string, unknown>
  const after: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(op.fields)) after[field] = isSetChange(value) ? changedSet(before[field], value) : value
  layer.change(op.id, op, after as Partial<AnyBody>)
}

interface SetChange { add?: string[]; remove?: string[] }

function isSetChange(value: unknown): value is SetChange {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && ('add' in value || 'remove' in value)
}

function changedSet(before: unknown, { add = [], remove = [] }: SetChange): string[] {
  const kept = (Array.isArray(before) ? (before as string[]) : []).filter((item) => !remove.includes(item))
  return [...new Set([...kept, ...add])]
}
