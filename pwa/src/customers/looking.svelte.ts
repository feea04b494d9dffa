import { CHIPS, type Chip } from './search'

/** What is being looked for, kept while other pages are open; each person on a shared phone has their own. */
class Looking {
  typed = $state('')
  chips = $state.raw<ReadonlySet<Chip>>(new Set())

  toggle(chip: Chip): void {
    const next = new Set(this.chips)
    if (!next.delete(chip)) next.add(chip)
    this.chips = next
  }

  clear(): void {
    this.chips = new Set()
  }

  /** `?chip=dormant` and `?q=` of the address decide over what was kept. */
  follow(query: URLSearchParams): void {
    const chip = query.get('chip') as Chip | null
    if (chip && CHIPS.includes(chip)) this.chips = new Set([chip])
    const typed = query.get('q')
    if (typed !== null) this.typed = typed
  }
}

const kept = new Map<string, Looking>()

export function lookingOf(staffId: string): Looking {
  const known = kept.get(staffId) ?? new Looking()
  kept.set(staffId, known)
  return known
}
