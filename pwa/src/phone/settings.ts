import { get, writable } from 'svelte/store'
import { followBrowser, setTongue } from '../words'
import type { Tongue } from '../words/format'

/** Choices of this phone. Kept in localStorage: they are needed before the first paint. */
export interface Settings {
  tongue: Tongue | 'auto'
  theme: 'auto' | 'light' | 'dark'
  size: 'normal' | 'large' | 'larger'
  photos: 'any' | 'wifi'
}
const KEY = 'shopbell-settings'
const BIG_PX = 20
const DEFAULTS: Settings = { tongue: 'auto', theme: 'auto', size: 'normal', photos: 'any' }
export const settings = writable<Settings>(DEFAULTS)

/** Reads the choices and applies them; resolves when the language is there. */
export async function startSettings(): Promise<void> {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => dress(get(settings)))
  // What was chosen in another window holds in this one.
  window.addEventListener('storage', ({ key }) => { if (key === KEY) void takeUp() })
  await takeUp()
}

export async function choose(change: Partial<Settings>): Promise<void> {
  const next = { ...get(settings), ...change }
  settings.set(next)
  localStorage.setItem(KEY, JSON.stringify(next))
  await apply(next)
}

async function takeUp(): Promise<void> {
  settings.set({ ...DEFAULTS, ...stored() })
  await apply(get(settings))
}

async function apply(chosen: Settings): Promise<void> {
  dress(chosen)
  await setTongue(chosen.tongue === 'auto' ? followBrowser(navigator.languages) : chosen.tongue).catch(() => {})
}

function dress({ theme, size }: Settings): void {
  const dark = theme === 'dark' || (theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  const page = document.documentElement
  page.dataset.theme = dark ? 'dark' : 'light'
  page.dataset.size = size
  // The browser's own text size counts too: from here on rings become text and buttons stand below each other.
  page.toggleAttribute('data-big', parseFloat(getComputedStyle(page).fontSize) >= BIG_PX)
  document.querySelector('meta[name=theme-color]')?.setAttribute('content', dark ? '#141312' : '#f5f4f0')
}

function stored(): Partial<Settings> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Settings>
  } catch {
    return {}
  }
}
