import type { Bodies, Seen } from '../model'
import { live, type Live } from '../phone/live'
import { dueBy, rowsOf } from '../phone/rows'
import { isWarm } from '../phone/shelf'

const ENTITIES = ['customer', 'lead', 'offer'] as const
const SOON_MS = 300
export interface Read {
  customers: Seen<Bodies['customer']>[]
  leads: Seen<Bodies['lead']>[]
  offers: Seen<Bodies['offer']>[]
  /** false while only what is due by now has been read */
  whole: boolean
}

/** What Today shows: first what is due by `until`, within the first pictures of a launch; then everything, live. */
export function readOf(until: number): Live<Read> {
  return live((next) => {
    let stop = () => {}
    let stopped = false
    const go = () => { if (!stopped) stop = everything(next) }
    if (ENTITIES.every(isWarm)) go()
    else void due(until).then((found) => {
      if (found && !stopped) next(found)
      // A finger that comes at once is answered before thousands of rows are read.
      return found ? idle(go) : go()
    })
    return () => { stopped = true; stop() }
  })
}

/** Nothing where there is nothing: an empty phone is still being filled, or has something else to say. */
async function due(until: number): Promise<Read | null> {
  try {
    const rows = await dueBy(until)
    const [customers, leads, offers] = [rows('customer'), rows('lead'), rows('offer')]
    return customers.length + offers.length ? { customers, leads, offers, whole: false } : null
  } catch (cause) {
    console.warn('what is due was not found', cause)
    return null
  }
}

function everything(next: (read: Read) => void): () => void {
  const read: Partial<Read> = { whole: true }
  const say = () => { if (read.customers && read.leads && read.offers) next({ ...read } as Read) }
  const open = [
    rowsOf('customer').subscribe((rows) => { read.customers = rows; say() }),
    rowsOf('lead').subscribe((rows) => { read.leads = rows; say() }),
    rowsOf('offer').subscribe((rows) => { read.offers = rows; say() }),
  ]
  return () => open.forEach((one) => one.unsubscribe())
}

function idle(then: () => void): void {
  if (typeof requestIdleCallback === 'undefined') setTimeout(then, SOON_MS)
  else requestIdleCallback(then, { timeout: SOON_MS })
}
