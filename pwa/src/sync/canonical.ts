import { sha256 } from './sha256'

const utf8 = new TextEncoder()

/** JSON with keys sorted by code point and no spaces: one text for one value, as the server spells it. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  const named = value as Record<string, unknown>
  const keys = Object.keys(named).filter((key) => named[key] !== undefined).sort(byCodePoint)
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(named[key])}`).join(',')}}`
}

/** The content of an operation as both sides remember it: first 8 bytes, in hex, of SHA-256 of [e,i,b,t,f,x]. */
export function operationHash(e: string, i: string, b: number | null, t: number, f: unknown, x: string | null): string {
  const hash = sha256(utf8.encode(canonical([e, i, b, t, f, x])))
  return Array.from(hash.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function byCodePoint(a: string, b: string): number {
  const left = Array.from(a, (c) => c.codePointAt(0)!)
  const right = Array.from(b, (c) => c.codePointAt(0)!)
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) if (left[i] !== right[i]) return left[i]! - right[i]!
  return left.length - right.length
}
