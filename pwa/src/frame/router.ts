import { readable, writable, type Readable } from 'svelte/store'

/** A small router over the history API. Every customer and lead has an address; Back closes the open sheet first. */

export interface Place { path: string; query: URLSearchParams; depth: number }
const here = writable<Place>(read())
const sheets: (() => void)[] = []
/** Steps of our own making that the next popstate events will undo; they are not the person's. */
let silent = 0

/** The present place: path and query. */
export const place: Readable<Place> = { subscribe: here.subscribe }
/** The present path only, e.g. `/customers/0197…`. */
export const path: Readable<string> = readable(read().path, (set) => here.subscribe((now) => set(now.path)))

/** Opens a path (may carry ?query). `replace` leaves no step back. */
export function go(to: string, options: { replace?: boolean } = {}): void {
  const depth = options.replace ? read().depth : read().depth + 1
  // A step taken from an open sheet takes the sheet's own place in the history.
  if (options.replace || history.state?.sheet) history.replaceState({ depth }, '', to)
  else history.pushState({ depth }, '', to)
  here.set(read())
}

/** One step back; from the first page of a visit, to `home` instead of out of the application. */
export function back(home = '/'): void {
  if (read().depth > 0) history.back()
  else go(home, { replace: true })
}

/** Called by Sheet: Back will close it. Returns the function to call when it closed by itself. */
export function holdBack(close: () => void): () => void {
  history.pushState({ depth: read().depth, sheet: true }, '')
  sheets.push(close)
  return () => {
    const at = sheets.indexOf(close)
    if (at < 0) return
    sheets.splice(at, 1)
    if (history.state?.sheet) {
      silent += 1
      history.back()
    }
  }
}

/** Listens to the browser; called once by the frame. Links of our own become steps without a reload. */
export function startRouter(): void {
  addEventListener('popstate', onPop)
  document.addEventListener('click', onClick)
}

function onPop(): void {
  if (silent > 0) {
    silent -= 1
    return
  }
  const close = sheets.pop()
  if (close) close()
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
