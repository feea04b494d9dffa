import { ownOutbox } from '../phone/databases'
import { confirm } from '../ui/confirm'
import { t } from '../words'
import { signOut } from './doors'

/** Signs out. Unsent work stays on the phone unless the person says twice that it may go. */
export async function leaveSafely(): Promise<void> {
  const unsent = await ownOutbox().operations.where('state').anyOf('waiting', 'sending', 'refused').filter((op) => !op.settled).count()
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
