import { dropDraft, keepDraft, readDraft } from '../phone/drafts'
import { save } from '../phone/outbox'
import { photoFact } from '../photos/fact'
import type { TakenPhoto } from '../photos/prepare'
import { newId } from '../sync/uuid7'
import type { Fix } from './grade'
import { handset } from './handset'
import type { NoFix } from './locate'

/** A check-in before it is one. */
interface Form {
  /** The id of the fact to come, so that photos taken now can point at it. */
  id: string
  /** The store or the customer that was chosen by hand. */
  target: string | null
  fix: Fix | null
  /** Why there is no fix, once it was asked for. */
  trouble: NoFix | null
  wall_code: string
  note: string
}

/** A check-in while it is made: every change is kept on the phone, and nothing is lost by leaving. */
export class CheckIn {
  form = $state.raw<Form>(blank())
  photos = $state.raw<TakenPhoto[]>([])
  ready = $state(false)
  readonly #key: string
  readonly #photosKey: string

  constructor(customer_id: string) {
    this.#key = `visit:${customer_id}`
    this.#photosKey = `visit_photos:${customer_id}`
  }

  async begin(): Promise<void> {
    this.form = (await readDraft<Form>(this.#key)) ?? this.form
    this.photos = (await readDraft<TakenPhoto[]>(this.#photosKey)) ?? []
    this.ready = true
  }

  change(part: Partial<Form>): void {
    this.form = { ...this.form, ...part }
    void keepDraft(this.#key, this.form)
  }

  async keepPhotos(photos: TakenPhoto[]): Promise<void> {
    this.photos = photos
    // The photos belong to the id that the form has.
    await Promise.all([keepDraft(this.#key, this.form), keepDraft(this.#photosKey, photos)])
  }

  /** Saves the visit and its photos as one unit; throws NotSaved, and then the draft is still here. */
  async finish(where: { store_id: string } | { customer_id: string }): Promise<void> {
    const { id, fix, trouble, wall_code, note } = this.form
    const said = { ...('store_id' in where && wall_code && { wall_code }), ...(note.trim() && { note: note.trim() }) }
    const fix_source = trouble ?? 'not_asked'
    // A visit to a store belongs to no customer, and so do its photos.
    const about = { subject_id: id, customer_id: 'customer_id' in where ? where.customer_id : null, kind: 'visit' as const }
    const photos = this.photos.map((photo) => ({ ...photo, subject_id: id }))
    const facts = photos.map((photo) => photoFact(photo, about))
    await save([{ entity: 'visit', id, fields: { ...where, fix_source, ...fix, ...(await handset()), ...said } }, ...facts], photos)
    this.form = blank()
    this.photos = []
    void dropDraft(this.#key, this.#photosKey)
  }
}

function blank(): Form {
  return { id: newId(), target: null, fix: null, trouble: null, wall_code: '', note: '' }
}
