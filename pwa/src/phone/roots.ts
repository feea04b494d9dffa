import type { CacheDatabase, OutboxDatabase } from './databases'
import type { Draft } from './outbox'

const PARENTS = ['customer_id', 'root', 'alias_id'] as const
const THROUGH = ['lead_id', 'offer_id', 'subject_id', 'conflict_id', 'refusal_id', 'card_id', 'fact_id', 'row_id', 'candidate_id', 'visit_id'] as const

/** The customer whose tree each operation will belong to, as well as this phone can tell; itself where it has none. */
export async function rootsOf(unit: Draft[], cache: CacheDatabase, outbox: OutboxDatabase): Promise<string[]> {
  const known = new Map<string, string>()
  const roots: string[] = []
  for (const draft of unit) {
    const root = direct(draft) ?? (await through(draft, known, cache, outbox)) ?? (await looked(draft.id, known, cache, outbox))
    known.set(draft.id, root ?? draft.id)
    roots.push(root ?? draft.id)
  }
  return roots
}

function direct({ entity, id, fields }: Draft): string | null {
  if (entity === 'customer') return id
  for (const name of PARENTS) if (typeof fields[name] === 'string') return fields[name]
  return null
}

async function through(draft: Draft, known: Map<string, string>, cache: CacheDatabase, outbox: OutboxDatabase): Promise<string | null> {
  for (const name of THROUGH) {
    const id = draft.fields[name]
    const root = typeof id === 'string' ? await looked(id, known, cache, outbox) : null
    if (root) return root
  }
  return null
}

async function looked(id: string, known: Map<string, string>, cache: CacheDatabase, outbox: OutboxDatabase): Promise<string | null> {
  const near = known.get(id)
  if (near) return near
  // Pulled rows may be out of reach (another tab closed them): then the root is only less well known.
  const row = (await cache.rows.get(id).catch(() => undefined)) ?? (await outbox.operations.where('id').equals(id).first())
  return row?.root ?? null
}
