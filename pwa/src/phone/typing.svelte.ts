import { dropDraft, keepDraft, readDraft } from './drafts'

/**
 * What somebody types into a sheet outlives it: a tap beside it, a phone that locks or is loaded anew, a row that leaves
 * from under it. Each change of `told`, the sheet's $state, is kept under `key` until it is done with; what was left there
 * is put into it again. The key names the customer, so that it goes with them. Made while a component begins.
 */
export class Typing<T extends object> {
  /** What stands in the sheet was left there. */
  left = $state(false)
  #keeps = $state(false)
  readonly #key: string
  readonly #told: T
  readonly #begun: string

  constructor(key: string, told: T) {
    ;[this.#key, this.#told, this.#begun] = [key, told, JSON.stringify(told)]
    void readDraft<T>(key).then((left) => {
      // Whoever is quicker than the disk has begun anew.
      this.left = left !== undefined && JSON.stringify(told) === this.#begun
      if (this.left) Object.assign(told, left)
      this.#keeps = true
    })
    $effect(() => {
      const now = $state.snapshot(told)
      if (!this.#keeps) return
      if (JSON.stringify(now) === this.#begun) void dropDraft(key)
      else void keepDraft(key, now)
    })
  }

  anew(): void {
    Object.assign(this.#told, JSON.parse(this.#begun))
    this.left = false
  }

  /** It is saved, or a person gave it up. */
  done(): void {
    this.#keeps = false
    void dropDraft(this.#key)
  }
}
