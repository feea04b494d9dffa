import { writable } from 'svelte/store'

/** Whether a new version waits to be asked for, or was asked for and is about to begin. What can be done about it is fetched after the first paint; see updates.ts. */
export const newVersion = writable<'none' | 'waits' | 'begins'>('none')
