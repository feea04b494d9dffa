import { go } from '../frame/router'
import type { Template } from '../model'
import { ownCache } from '../phone/databases'
import { keepDraft, readDraft } from '../phone/drafts'
import type { Refused } from '../phone/refused'
import { settle } from '../trust/deciding'
import { toast } from '../ui/toast'
import { t } from '../words'
import { draftOf, keyOf, type Kept } from './draft'

/** What the server did not take lies in the editor again, on the template as it is now. Not over what was begun there since: that comes first. */
export async function reopen(refused: Refused): Promise<void> {
  if (await readDraft(keyOf(refused.row_id))) return toast(t('templates.begun_first'))
  const row = await ownCache().rows.get(refused.row_id)
  await keepDraft(keyOf(refused.row_id), mended(refused.fields, row as { body: unknown; version: number } | undefined, Date.now()))
  await settle(refused)
  go(`/desk/templates/${encodeURIComponent(refused.row_id)}`)
}

export function mended(fields: Record<string, unknown>, row: { body: unknown; version: number } | undefined, now: number): Kept {
  const held = row?.body as Template | undefined
  const whole = { name: '', stage: 'first', ...held, ...fields } as Template
  return { draft: draftOf(whole), before: held ? draftOf(held) : null, base: row?.version ?? 0, kept_at: now }
}
