import { outboxOf, reopenOutbox } from './databases'
import { addToJournal, importJournal, takeFromJournal } from './journal'
import { keep, NotSaved, write, type Draft, type Saving } from './outbox'
import { isFull, makeRoom, noteFull } from './room'
import { relieved, troubled } from './trouble'

/* When this phone would not save: what is tried before anybody is told, and what they are told. */

/**
 * A handle can die under us (iOS, after a long sleep): a fresh one gets one more chance, after room was made where
 * that is what lacks. Then the words without the bytes of their photos; then the reserve.
 */
export async function rescue(saving: Saving, first: unknown): Promise<void> {
  console.warn('saving failed once', first)
  if (isFull(first)) await makeRoom().catch((cause: unknown) => console.warn('no room was made', cause))
  try {
    await write(reopenOutbox(saving.org, saving.staff), saving)
  } catch (second) {
    if (isFull(second)) noteFull()
    await saveWords(wordsOf(saving), saving, second)
  }
}

async function saveWords(words: Saving, { photos }: Saving, cause: unknown): Promise<void> {
  if (photos.length && words.unit.length && (await isWritten(words))) return troubled('photos_lost')
  const kept = words.unit.length > 0 && addToJournal(words.org, words.staff, words)
  if (kept && photos.length) troubled('photos_lost')
  troubled(kept ? 'journaled' : 'lost')
  throw new NotSaved(kept, cause)
}

async function isWritten(words: Saving): Promise<boolean> {
  return write(outboxOf(words.org, words.staff), words).then(() => true, () => false)
}

/** Without the photos whose bytes go with it: a fact about bytes that are nowhere would be waited for in vain. */
function wordsOf(saving: Saving): Saving {
  const gone = new Set(saving.photos.map(({ id }) => id))
  return { ...saving, unit: saving.unit.filter(({ id }) => !gone.has(id)), photos: [] }
}

/** Moves a person's reserve into their outbox; true when none is left. */
export async function importReserve(org: string, staff: string): Promise<boolean> {
  return importJournal(org, staff, async ({ unit, captured_at }) => {
    const [first] = unit
    const here = await outboxOf(org, staff).operations.where('id').equals(first?.id ?? '').toArray()
    // A patch has no id of its own: when it was written tells it from the others.
    if (!here.some((op) => (first?.base === undefined ? op.base === null : op.captured_at === captured_at))) await keep(org, staff, unit, [], captured_at)
  })
}

/** Somebody who read that it was not saved has saved it again, under new ids: the reserve need not bring it twice. */
export function forgetSame({ org, staff, unit }: Saving): void {
  if (takeFromJournal(org, staff, (entry) => spelt(entry.unit) === spelt(unit)) === 0) relieved('journaled')
}

/** What a unit says, whatever ids its own rows go by. */
function spelt(unit: Draft[]): string {
  const text = JSON.stringify(unit.map(({ entity, id, fields }) => [entity, id, fields]))
  return unit.reduce((said, { id }, nth) => said.replaceAll(id, `#${nth}`), text)
}
