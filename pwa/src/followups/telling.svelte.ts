import { dropDraft, keepDraft, keepDrafts, readDraft } from '../phone/drafts'
import { save } from '../phone/outbox'
import { photoFact } from '../photos/fact'
import type { TakenPhoto } from '../photos/prepare'
import { newId } from '../sync/uuid7'
import { recordingFact, type Spoken } from '../voice/spoken'
import { answered, blankForm, booked, chosen, EVERYTHING, factOf, happened, noted, parted, reopened, replied, type Form, type Part, type Wanted } from './form'
import type { Question, Step } from '../model'

/** A follow-up while it is told: every change is kept on the phone before the next tap. */
export class Telling {
  form = $state.raw<Form>(blankForm(newId(), Date.now()))
  photos = $state.raw<TakenPhoto[]>([])
  recordings = $state.raw<Spoken[]>([])
  /** When the phone last had it all, ms of this phone; null before the first tap. */
  keptAt = $state<number | null>(null)
  ready = $state(false)
  /** What this contact is asked for; the page says it as soon as it knows the template. */
  wanted: Wanted = EVERYTHING
  readonly #key: string
  readonly #photosKey: string
  readonly #voiceKey: string

  constructor(readonly customerId: string) {
    this.#key = `follow_up:${customerId}`
    this.#photosKey = `follow_up_photos:${customerId}`
    this.#voiceKey = `follow_up_voice:${customerId}`
  }

  /** Takes up the draft that was left, if there is one. */
  async begin(): Promise<void> {
    const kept = await readDraft<Form>(this.#key)
    if (kept) {
      this.form = kept
      this.keptAt = kept.kept_at
      this.photos = (await readDraft<TakenPhoto[]>(this.#photosKey)) ?? []
      this.recordings = (await readDraft<Spoken[]>(this.#voiceKey)) ?? []
    }
    this.ready = true
  }

  answer(part: Exclude<Part, 'revisit'>, value: string): void {
    this.#change(answered(this.form, part, value, Date.now(), this.wanted))
  }

  book(at: number | null): void {
    this.#change(booked(this.form, at, Date.now(), this.wanted))
  }

  part(reason: string, typing?: boolean): void {
    this.#change(parted(this.form, reason, Date.now(), this.wanted, typing))
  }

  note(step: Step, note: string): void {
    this.#change(noted(this.form, step, note, Date.now()))
  }

  was(at: number | null): void {
    this.#change(happened(this.form, at, Date.now()))
  }

  reply(question: Question, reply: string): void {
    const picked = question.must && question.choices?.length
    this.#change(picked ? chosen(this.form, question, reply, Date.now(), this.wanted) : replied(this.form, question.id, reply, Date.now()))
  }

  show(part: Part): void {
    this.form = reopened(this.form, part)
  }

  /** Opens a part; an open one closes. */
  toggle(part: Part): void {
    this.form = this.form.open === part ? { ...this.form, open: null } : reopened(this.form, part)
  }

  async addPhoto(photo: TakenPhoto): Promise<void> {
    this.photos = [...this.photos, photo]
    await keepDraft(this.#photosKey, this.photos)
    this.#change({ ...this.form, kept_at: Date.now() })
  }

  async dropPhoto(id: string): Promise<void> {
    this.photos = this.photos.filter((photo) => photo.id !== id)
    await keepDraft(this.#photosKey, this.photos)
  }

  /** `cut`: what the recorder left on the phone of it, which goes as the draft has it whole. */
  async addRecording(spoken: Spoken, cut: string): Promise<void> {
    const recordings = [...this.recordings, spoken]
    const form = { ...this.form, kept_at: Date.now() }
    await keepDrafts([[this.#voiceKey, recordings], [this.#key, form]], cut)
    this.recordings = recordings
    this.form = { ...this.form, kept_at: form.kept_at }
    this.keptAt = form.kept_at
  }

  async dropRecording(id: string): Promise<void> {
    this.recordings = this.recordings.filter((spoken) => spoken.id !== id)
    await keepDraft(this.#voiceKey, this.recordings)
  }

  /** Saves the fact, its photos and its recordings as one unit; throws NotSaved, and then the draft is still here. */
  async finish(lead_id: string | null, template_id: string | null): Promise<void> {
    const { id } = this.form
    const fields = factOf(this.form, { customer_id: this.customerId, lead_id, template_id, ended_at: Date.now() }, this.wanted)
    const about = { subject_id: id, customer_id: this.customerId, kind: 'follow_up' as const }
    // One that was put back may have been taken for the contact before.
    const photos = this.photos.map((photo) => ({ ...photo, subject_id: id }))
    const facts = photos.map((photo) => photoFact(photo, about))
    const spoken = this.recordings.map((one) => recordingFact(one, id, this.customerId))
    await save([{ entity: 'follow_up', id, fields }, ...facts, ...spoken], [...photos, ...this.recordings])
    this.discard()
  }

  discard(): void {
    this.form = blankForm(newId(), Date.now())
    this.photos = []
    this.recordings = []
    this.keptAt = null
    void dropDraft(this.#key, this.#photosKey, this.#voiceKey)
  }

  #change(form: Form): void {
    this.form = form
    void keepDraft(this.#key, form).then(() => (this.keptAt = form.kept_at))
  }
}
