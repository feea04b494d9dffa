/** What is said of a photo: by every page that saves one. */

import type { Draft } from '../phone/outbox'
import type { About, TakenPhoto } from './prepare'

/** As long ago as the server believes. */
const MOST_LAG_S = 30 * 86_400

/** The `photo` fact that belongs in the same unit as the photo's bytes, saved `now`: a draft may have held it for hours. */
export function photoFact(photo: TakenPhoto, { subject_id, customer_id, kind }: About, now = Date.now()): Draft {
  const lag_s = Math.min(MOST_LAG_S, Math.max(0, Math.round((now - photo.kept_at) / 1000)))
  const { sha256, bytes, width, height, thumb, prompt_id, taken, original_sha256, exif_at, shows } = photo
  const seen = { sha256, bytes, width, height, ...(thumb && { thumb }), ...(prompt_id && { prompt_id }) }
  const origin = { ...(taken && { taken }), ...(original_sha256 && { original_sha256 }), ...(exif_at !== undefined && { exif_at }), ...(shows && { shows }), ...(lag_s && { lag_s }) }
  return { entity: 'photo', id: photo.id, fields: { subject_id, ...(customer_id && { customer_id }), kind, ...seen, ...origin } }
}
