import { writable } from 'svelte/store'

export interface Message {
  id: number
  text: string
  tone: 'good' | 'plain' | 'bad'
  action: { label: string; run: () => void } | null
}
const SHOWN_MS = 4000
let last = 0
export const messages = writable<Message[]>([])
export const spoken = writable('')

/** Shows a short sentence at the foot of the screen, read out too. Bad news stays until tapped away. */
export function toast(text: string, tone: Message['tone'] = 'plain', action: Message['action'] = null): void {
  const id = (last += 1)
  messages.update((shown) => [...shown.slice(-2), { id, text, tone, action }])
  if (tone !== 'bad') setTimeout(() => dismiss(id), action ? SHOWN_MS * 2 : SHOWN_MS)
}

export function dismiss(id: number): void {
  messages.update((shown) => shown.filter((message) => message.id !== id))
}

/** How high (px) messages must stand so that they cover none of these: the tabs, a bar of actions, a sheet's buttons. */
export function heightAbove(boxes: { top: number; bottom: number; height: number }[], screen: number): number {
  // What is scrolled up the page, or stands beside it like the rail of a desktop, is not in the way.
  const low = boxes.filter(({ bottom, height }) => height > 0 && height < screen / 2 && bottom > screen * 0.75)
  return Math.max(0, ...low.map(({ top }) => screen - top))
}

/** Says something to those who listen to the screen; nothing is shown. */
export function announce(text: string): void {
  spoken.set('')
  setTimeout(() => spoken.set(text), 50)
}

const AGAIN_MS = 800

/** What was just done rests before it can be done again: a second tap of the same finger is no second deed, and by then another button may lie under it. */
export function rested(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
}
