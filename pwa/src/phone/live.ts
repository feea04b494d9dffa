import type { Observable } from 'dexie'

/** A value that changes: what Dexie's liveQuery gives, and what a Svelte `$store` reads. */
export type Live<T> = Observable<T>

export interface Source<T> { subscribe(next: (value: T) => void, error?: (cause: unknown) => void): { unsubscribe(): void } }

/**
 * Shares one source among many readers: it runs while anyone listens, and each newcomer hears the last value at once.
 * `idle_ms` keeps it warm between one page and the next.
 */
export function shared<T>(open: () => Source<T>, idle_ms = 30_000): Live<T> {
  const listeners = new Set<(value: T) => void>()
  let last: { value: T } | null = null
  let source: { unsubscribe(): void } | null = null
  let idle: ReturnType<typeof setTimeout> | undefined
  const stop = () => {
    source?.unsubscribe()
    source = last = null
  }
  const start = () => {
    source = open().subscribe((value) => {
      last = { value }
      for (const listener of [...listeners]) listener(value)
    }, complain)
  }
  return live((next) => {
    clearTimeout(idle)
    listeners.add(next)
    if (!source) start()
    else if (last) next(last.value)
    return () => {
      listeners.delete(next)
      if (listeners.size === 0) idle = setTimeout(stop, idle_ms)
      // A test or a worker must be able to end while a source is kept warm.
      ;(idle as { unref?: () => void } | undefined)?.unref?.()
    }
  })
}

/** Two sources as one: speaks once both have spoken, then at each change of either. */
export function joined<A, B, T>(left: Live<A>, right: Live<B>, join: (a: A, b: B) => T): Live<T> {
  return live((next) => {
    let a: { value: A } | null = null
    let b: { value: B } | null = null
    const say = () => a && b && next(join(a.value, b.value))
    const first = left.subscribe((value) => { a = { value }; say() })
    const second = right.subscribe((value) => { b = { value }; say() })
    return () => { first.unsubscribe(); second.unsubscribe() }
  })
}

/** The first value a source speaks. */
export function once<T>(source: Live<T>): Promise<T> {
  return new Promise((resolve) => {
    let held: { unsubscribe(): void } | null = null
    let done = false
    held = source.subscribe((value: T) => {
      done = true
      held?.unsubscribe()
      resolve(value)
    })
    if (done) held.unsubscribe()
  })
}

/** An observable from a function that starts listening and returns how to stop. */
export function live<T>(listen: (next: (value: T) => void) => () => void): Live<T> {
  const subscribe = (observer?: unknown) => {
    const next = typeof observer === 'function' ? observer : (observer as { next?: (value: T) => void } | undefined)?.next
    const stop = listen((value) => next?.(value))
    let closed = false
    return { get closed() { return closed }, unsubscribe() { if (!closed) { closed = true; stop() } } }
  }
  const made = { subscribe, [Symbol.observable]: () => made }
  return made as unknown as Live<T>
}

function complain(cause: unknown): void {
  // A database closed under a page that is leaving is not news.
  if ((cause as Error | undefined)?.name !== 'DatabaseClosedError') console.error('reading this phone failed', cause)
}
