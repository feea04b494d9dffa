import { writable } from 'svelte/store'

/** What stands in the way of keeping records safe; shown as a banner that cannot be overlooked. */
export type Trouble = 'journaled' | 'lost' | 'photos_lost' | 'evicted' | 'outdated' | 'blocked' | 'low' | 'words_only' | 'unfinished'
export const troubles = writable<ReadonlySet<Trouble>>(new Set())

export function troubled(trouble: Trouble): void {
  troubles.update((known) => new Set([...known, trouble]))
}

export function relieved(trouble: Trouble): void {
  troubles.update((known) => new Set([...known].filter((one) => one !== trouble)))
}
