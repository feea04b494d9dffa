import { followUpsOf } from '../customers/timeline'
import { go } from '../frame/router'
import type { AnyBody, Bodies, Customer, Seen, Template } from '../model'
import { keepDraft, readDraft } from '../phone/drafts'
import { me } from '../phone/session'
import { toast } from '../ui/toast'
import { t } from '../words'
import { begunOn, keyOf, type Kept } from './draft'
import { beginNew } from './kept'
import { templateFrom } from './record'

/** One tap: the notes of a contact are laid into the editor, without the customer's name and numbers, for a person to finish. */
export async function makeExample(contact: Seen<Bodies['follow_up']>, customer: Customer, tree: Seen<AnyBody>[], templates: Seen<Template>[], staff: ReadonlyMap<string, string>): Promise<void> {
  const words = { instead: t('templates.made_instead'), name: t('templates.made_name', { name: staff.get(contact.by ?? '') ?? t('customers.somebody') }).slice(0, 40) }
  const { id, draft } = templateFrom(contact, { customer, contacts: followUpsOf(tree), templates, who: me() }, words)
  const row = templates.find((one) => one.id === id)
  if (row) {
    // What somebody began there and has not saved stays; only the examples are laid in.
    const begun = await readDraft<Kept>(keyOf(row.id))
    const kept: Kept = begun ? { ...begun, draft: { ...begun.draft, examples: { ...begun.draft.examples, ...draft.examples }, credit_id: draft.credit_id } } : { ...begunOn(row, Date.now()), draft }
    await keepDraft(keyOf(row.id), kept)
  }
  toast(t('templates.made'), 'good')
  go(`/desk/templates/${row ? row.id : await beginNew(draft)}`)
}
