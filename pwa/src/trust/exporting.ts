import { deviceOf } from '../phone/outbox'
import { ownOutbox } from '../phone/databases'
import { journalOf } from '../phone/journal'
import { me } from '../phone/session'

/** Everything unsent, with the bytes of its photos, as one JSON file in the person's downloads. */
export async function exportUnsent(): Promise<void> {
  const [who, outbox] = [me(), ownOutbox()]
  const operations = await outbox.operations.where('state').anyOf('waiting', 'sending', 'refused').sortBy('seq')
  const photos = await outbox.photos.where('state').anyOf('waiting', 'sending').toArray()
  const content = {
    format: 'shopbell-unsent', v: 1, org: who.org.code, staff_id: who.staff_id, name: who.name, device: await deviceOf(outbox),
    exported_at: Date.now(), operations: operations.filter((op) => !op.settled), reserve: journalOf(who.org.id, who.staff_id),
    photos: photos.map(({ blob, ...photo }) => ({ ...photo, base64: base64(new Uint8Array(blob)) })),
  }
  download(`shopbell-${who.name}-${new Date().toISOString().slice(0, 10)}.json`, JSON.stringify(content, null, 1))
}

function download(name: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(text)
}
