import { sha256 } from './sha256'

/** How many rows a scope holds, and the sum of their hashes in two unsigned 32-bit lanes. */
export type Digest = readonly [count: number, hi: number, lo: number]
export type Lanes = readonly [hi: number, lo: number]
export const EMPTY: Digest = [0, 0, 0]

const utf8 = new TextEncoder()

/** The lanes of one row: first 8 bytes of SHA-256 of entity, id and version, one a line. */
export function lanesOf(entity: string, id: string, version: number): Lanes {
  const view = new DataView(sha256(utf8.encode(`${entity}\n${id}\n${version}`)).buffer)
  return [view.getUint32(0), view.getUint32(4)]
}

export function withRow(digest: Digest, [hi, lo]: Lanes): Digest {
  return [digest[0] + 1, (digest[1] + hi) >>> 0, (digest[2] + lo) >>> 0]
}

export function withoutRow(digest: Digest, [hi, lo]: Lanes): Digest {
  return [digest[0] - 1, (digest[1] - hi) >>> 0, (digest[2] - lo) >>> 0]
}

/** An absent digest is that of an empty scope. */
export function sameDigest(a: Digest | undefined, b: Digest | undefined): boolean {
  return (a ?? EMPTY).every((lane, i) => lane === (b ?? EMPTY)[i])
}
