import { ownOutbox } from '../phone/databases'
import { journalOf } from '../phone/journal'
import { reportOf } from '../phone/report'
import { me } from '../phone/session'
import { confirm } from '../ui/confirm'
import { t } from '../words'
import { signOut } from './doors'

/** Signs out. Unsent work stays on the phone unless the person says twice that it may go. */
export async function leaveSafely(): Promise<void> {
  const outbox = ownOutbox()
  const records = await outbox.operations.where('state').anyOf('waiting', 'sending', 'refused').filter((op) => !op.settled).count()
  const reserve = journalOf(me().org.id, me().staff_id).reduce((sum, { unit }) => sum + unit.length, 0)
  // A photo is counted by the record about it; alone when only its bytes are left.
  const unsent = records + reserve || (await reportOf(outbox)).photos
  if (unsent === 0) {
    const sure = await confirm({ title: t('identity.sign_out_ask'), text: t('identity.sign_out_clean'), yes: t('identity.sign_out') })
    if (sure) await signOut(false)
    return
  }
  const keep = await confirm({ title: t('identity.sign_out_ask'), text: t('identity.sign_out_unsent', { n: unsent }), yes: t('identity.keep_out'), no: t('identity.discard_offer') })
  if (keep === null) return
  if (keep) return signOut(false)
  const sure = await confirm({ title: t('identity.discard_ask', { n: unsent }), text: t('identity.discard_why'), yes: t('identity.discard'), danger: true })
  if (sure) await signOut(true)
}
