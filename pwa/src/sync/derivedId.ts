import { sha256 } from './sha256'

const utf8 = new TextEncoder()

/** An id that anybody can compute from what it is about: UUID version 8 of the parts, one a line. */
export function derivedId(...parts: (string | number)[]): string {
  const bytes = sha256(utf8.encode(parts.join('\n'))).slice(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
