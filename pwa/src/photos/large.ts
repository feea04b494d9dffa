/** What the large view says beside the picture, and where a code leads. */

import { call } from '../phone/api'
import { ownOutbox } from '../phone/databases'
import type { Photo, Seen } from '../model'

const HALF = 5

/** As people read it aloud, and as it stands below the marked picture. */
export function spelled(code: string): string {
  return `${code.slice(0, HALF)}-${code.slice(HALF)}`
}

export function linkOf(code: string): string {
  return `${location.origin}/v/${code}`
}

/** How it came about, as far as its phone or the server said. */
export function howOf({ taken, flags }: Pick<Photo, 'taken' | 'flags'>): 'camera' | 'gallery' | 'unsaid' {
  if (taken === 'gallery' || flags?.includes('gallery')) return 'gallery'
  return taken ?? 'unsaid'
}

/** Of the photos that look like this one, those that this phone holds; none without a network. */
export async function alikeOf({ id, body }: Seen<Photo>): Promise<string[]> {
  if (!body.flags?.some((flag) => flag === 'reused' || flag === 'seen_again')) return []
  return (await call<{ photos: string[] }>('GET', `/photos/${id}/alike`)).body?.photos ?? []
}

/** The bytes that have not left this phone yet, as an address for an image; '' where there are none. Give it back when done. */
export async function ownPicture(id: string): Promise<string> {
  const kept = await ownOutbox().photos.get(id)
  return kept && kept.blob.byteLength > 0 && !kept.kind ? URL.createObjectURL(new Blob([kept.blob], { type: kept.type })) : ''
}
