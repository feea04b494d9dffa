/** What a person asked of the board, kept in their own database on this phone; and which lead they had open. */

import { ownCache } from '../phone/databases'
import { NOTHING_ASKED, recalled, type Asked } from './board'

const KEY = 'desk_asked'

/** The words searched for are not kept: tomorrow they would hide the board. */
export async function keepAsked(asked: Asked): Promise<void> {
  await ownCache().meta.put({ key: KEY, value: { ...asked, words: '' } })
}

export async function recallAsked(): Promise<Asked> {
  return recalled((await ownCache().meta.get(KEY))?.value ?? NOTHING_ASKED)
}

const picked = new Map<string, string>()

/** For as long as the app is open: coming back from a lead finds the board where it was. */
export function keepPicked(staff_id: string, lead_id: string | null): void {
  if (lead_id === null) picked.delete(staff_id)
  else picked.set(staff_id, lead_id)
}

export function pickedBy(staff_id: string): string | null {
  return picked.get(staff_id) ?? null
}
