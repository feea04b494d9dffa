/** Which rows of a long list to draw; heights in CSS pixels. */
export interface Window {
  first: number
  /** One past the last row drawn. */
  end: number
  /** Where the first drawn row stands from the top of the list. */
  top: number
  height: number
}

const SPARE_ROWS = 8

export function windowOf(count: number, rowHeight: number, scrolled: number, seen: number): Window {
  const above = Math.floor(Math.max(0, scrolled) / rowHeight)
  const first = Math.max(0, Math.min(above, count) - SPARE_ROWS)
  const end = Math.min(count, above + Math.ceil(seen / rowHeight) + SPARE_ROWS)
  return { first, end: Math.max(first, end), top: first * rowHeight, height: count * rowHeight }
}
