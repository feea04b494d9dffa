/** Whole numbers as people type them. Pure. */

/** Both ends included. */
export type Limits = readonly [from: number, to: number]

/** null for nothing and for what is no whole number. */
export function numberOf(text: string): number | null {
  return /^\d{1,6}$/.test(text.trim()) ? Number(text.trim()) : null
}

/** Whether a field can be read as what it asks for; empty is the default. */
export function isWithin([from, to]: Limits, text: string): boolean {
  if (text.trim() === '') return true
  const value = numberOf(text)
  return value !== null && value >= from && value <= to
}

export function shown(value: number | undefined): string {
  return value === undefined ? '' : String(value)
}
