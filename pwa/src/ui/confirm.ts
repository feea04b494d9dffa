import { writable } from 'svelte/store'

export interface Question { title: string; text: string; yes: string; no?: string; danger?: boolean }
export const asked = writable<{ question: Question; answer: (yes: boolean | null) => void } | null>(null)

/** Asks a person yes or no in a sheet; null when they closed it without an answer. */
export function confirm(question: Question): Promise<boolean | null> {
  return new Promise((resolve) => {
    asked.set({ question, answer: (yes) => { asked.set(null); resolve(yes) } })
  })
}
