/// <reference lib="webworker" />
/* The thread that pulls: what arrives is parsed, hashed and written here, so that no frame of the screen waits for it. */
import { found } from './disk'
import { recount } from './recount'
import { CUT, streamInto, type Asker } from './stream'

/** What the page asks for (with no asker: that the rows be counted anew), and the port on which it hears of each step and of the end. */
export interface Wish { database: string; asker: Asker | null; port: MessagePort }

self.addEventListener('message', (event: MessageEvent<Wish>) => void pull(event.data))

async function pull({ database: name, asker, port }: Wish): Promise<void> {
  try {
    const database = await open(name)
    // Whoever deletes or upgrades it must not wait for this thread.
    database.onversionchange = () => database.close()
    const ended = asker ? await streamInto(database, asker, (step) => port.postMessage({ step })) : await recount(database).then(() => CUT)
    database.close()
    port.postMessage({ ended })
  } catch (cause) {
    console.warn('this thread could not pull', cause)
    port.postMessage({ ended: CUT })
  }
}

/** The page has made it: one that would have to be made now is not the right one. */
function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name)
  request.onupgradeneeded = () => request.transaction?.abort()
  return found(request)
}
