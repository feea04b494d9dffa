import { readable, writable, type Readable } from 'svelte/store'

/** A small router over the history API. Every customer and lead has an address; Back closes the open sheet first. */

export interface Place { path: string; query: URLSearchParams; depth: number }
const here = writable<Place>(read())
const sheets: (() => void)[] = []
/** The browser takes a step back in its own time. While it takes one of ours, what comes after waits here. */
const waiting: (() => void)[] = []
let returning = 0
/** It takes none at all when it was asked too often: then nothing may wait for ever. */
const LONGEST_STEP_MS = 1000

/** The present place: path and query. */
export const place: Readable<Place> = { subscribe: here.subscribe }
/** The present path only, e.g. `/customers/0197…`. */
export const path: Readable<string> = readable(read().path, (set) => here.subscribe((now) => set(now.path)))

let moved = false

/** Whether this is another page than the one the browser opened. */
export function hasMoved(): boolean {
  return moved
}

/** Opens a path (may carry ?query). `replace` leaves no step back. */
export function go(to: string, options: { replace?: boolean } = {}): void {
  inTurn(() => {
    moved = true
    const depth = options.replace ? read().depth : read().depth + 1
    // A step taken from an open sheet takes the sheet's own place in the history.
    if (options.replace || history.state?.sheet) history.replaceState({ depth }, '', to)
    else history.pushState({ depth }, '', to)
    here.set(read())
  })
}

/** One step back; from the first page of a visit, to `home` instead of out of the application. */
export function back(home = '/'): void {
  inTurn(() => {
    if (read().depth > 0) history.back()
    else go(home, { replace: true })
  })
}

/** Called by Sheet: Back will close it. Returns the function to call when it closed by itself. */
export function holdBack(close: () => void): () => void {
  inTurn(() => {
    history.pushState({ depth: read().depth, sheet: true }, '')
    sheets.push(close)
  })
  return () => inTurn(() => {
    const at = sheets.indexOf(close)
    if (at < 0) return
    sheets.splice(at, 1)
    if (!history.state?.sheet) return
    returning = window.setTimeout(goOn, LONGEST_STEP_MS)
    history.back()
  })
}

function inTurn(step: () => void): void {
  if (returning) waiting.push(step)
  else step()
}

function goOn(): void {
  clearTimeout(returning)
  returning = 0
  while (!returning && waiting.length > 0) waiting.shift()!()
}

/** Listens to the browser; called once by the frame. Links of our own become steps without a reload. */
export function startRouter(): void {
  addEventListener('popstate', onPop)
  document.addEventListener('click', onClick)
}

function onPop(): void {
  if (returning) return goOn()
  const close = sheets.pop()
  if (close) close()
  else moved = true
  here.set(read())
}

function onClick(event: MouseEvent): void {
  const link = (event.target as Element | null)?.closest?.('a[href^="/"]')
  const aside = event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey
  if (!link || aside || link.hasAttribute('download') || link.getAttribute('target') || link.hasAttribute('data-server')) return
  event.preventDefault()
  go(link.getAttribute('href')!)
}

function read(): Place {
  if (typeof location === 'undefined') return { path: '/', query: new URLSearchParams(), depth: 0 }
  return { path: location.pathname, query: new URLSearchParams(location.search), depth: history.state?.depth ?? 0 }
}
