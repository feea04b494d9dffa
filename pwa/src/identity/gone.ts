import type { Farewell } from '../phone/farewells'
import { t } from '../words'

/** What became of everything a revoked phone held, each in a sentence; what was lost is said as plainly as what was kept. */
export function goneLines({ name, handed, unsent, photos, wiped }: Farewell): string[] {
  const lines: string[] = []
  if (handed > 0) lines.push(t('identity.gone_handed', { n: handed }))
  if (wiped && unsent > 0) lines.push(t('identity.gone_lost', { n: unsent }))
  if (!wiped && unsent > 0) lines.push(t('identity.gone_unsent', { n: unsent }))
  if (handed + unsent === 0) lines.push(t('identity.gone_nothing'))
  if (photos > 0) lines.push(t(wiped ? 'identity.gone_photos' : 'identity.gone_photos_wait', { n: photos }))
  lines.push(t(wiped ? 'identity.gone_wiped' : 'identity.gone_hidden', { name }))
  return lines
}
