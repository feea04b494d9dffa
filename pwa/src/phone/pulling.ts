import { beneath, type CacheDatabase } from './databases'
import { recount } from './recount'
import { CUT, SILENCE_MS, streamInto, type Asker, type Step, type Streamed } from './stream'

/* The page's side of the pulling thread. Without one (an old browser, a script that did not load) the page does the
   same work itself, in batches. */

let thread: Worker | null = null
let threadless = typeof Worker === 'undefined'

/** Streams into a person's cache, telling of each frame that is on the disk. */
export async function streamTo(cache: CacheDatabase, asker: Asker, told: (step: Step) => void): Promise<Streamed> {
  const database = await beneath(cache)
  const ended = threadless ? null : await onThread(cache.name, asker, told)
  return ended ?? streamInto(database, asker, told)
}

/** Adds up anew what a person's cache really holds. */
export async function recountIn(cache: CacheDatabase): Promise<void> {
  const database = await beneath(cache)
  if (threadless || !(await onThread(cache.name, null, () => {}))) await recount(database)
}

/** Null when there is no thread after all. No asker: only the rows that are here are wanted. */
function onThread(database: string, asker: Asker | null, told: (step: Step) => void): Promise<Streamed | null> {
  const { port1, port2 } = new MessageChannel()
  const worker = (thread ??= new Worker(new URL('./puller.ts', import.meta.url), { type: 'module' }))
  return new Promise((resolve) => {
    const end = (ended: Streamed | null) => {
      clearTimeout(silence)
      port1.close()
      resolve(ended)
    }
    // A thread that died says nothing: nothing may wait for it for ever.
    const lost = () => end(drop(CUT))
    let silence = setTimeout(lost, 2 * SILENCE_MS)
    worker.onerror = () => {
      threadless = true
      end(drop(null))
    }
    port1.onmessage = ({ data }: MessageEvent<{ step?: Step; ended?: Streamed }>) => {
      clearTimeout(silence)
      silence = setTimeout(lost, 2 * SILENCE_MS)
      if (data.step) told(data.step)
      if (data.ended) end(data.ended)
    }
    worker.postMessage({ database, asker, port: port2 }, [port2])
  })
}

function drop<T>(answer: T): T {
  thread?.terminate()
  thread = null
  return answer
}
