import { writable } from 'svelte/store'

/** True when a new version waits. What can be done about it is fetched after the first paint; see updates.ts. */
export const updateReady = writable(false)
