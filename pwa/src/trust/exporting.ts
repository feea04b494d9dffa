import { ownOutbox } from '../phone/databases'
import { journalOf } from '../phone/journal'
import { me } from '../phone/session'
import { unsentIn } from '../phone/unsent'
import { packed, type Parcel } from './parcel'
import { seal } from './sealed'

/** Everything that is on this phone alone, with the bytes of its photos. What was refused lies on the server. */
export async function unsentParcel(): Promise<Parcel> {
  const [who, outbox] = [me(), ownOutbox()]
  const operations = await unsentIn(outbox)
  const photos = await outbox.photos.where('state').anyOf('waiting', 'sending').toArray()
  return {
    org_id: who.org.id, staff_id: who.staff_id, name: who.name, made_at: Date.now(), reserve: journalOf(who.org.id, who.staff_id), photos,
    operations: operations.map(({ seq, unit, entity, id, root, fields, base, cites, captured_at, saved_at }) =>
      ({ seq, unit, entity, id, root, fields, base, cites, captured_at, saved_at })),
  }
}

/** Seals it with the code and hands it to the browser as a download. This phone can show the code again. */
export async function exportUnsent(parcel: Parcel, code: string): Promise<void> {
  const file = await seal(packed(parcel), code, parcel)
  await ownOutbox().meta.put({ key: EXPORTED, value: { code, made_at: parcel.made_at } satisfies Exported }).catch(() => {})
  download(`shopbell-${parcel.name}-${new Date(parcel.made_at).toISOString().slice(0, 10)}.shopbell`, file)
}

const EXPORTED = 'exported'
export interface Exported { code: string; made_at: number }

/** The last file made here, and its code, for whoever did not write it down. */
export async function lastExported(): Promise<Exported | null> {
  return ((await ownOutbox().meta.get(EXPORTED))?.value as Exported | undefined) ?? null
}

function download(name: string, file: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
