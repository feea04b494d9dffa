/** Brings the reader to a phone that will scan, before it is needed where there may be no network. */

import wasmAddress from 'zxing-wasm/reader/zxing_reader.wasm?url'
import { get } from 'svelte/store'
import { TABS } from '../frame/pages'
import { person } from '../phone/session'
import { status } from '../phone/status'

/** Where the service worker keeps it (sw.ts). */
const SCANNER = 'shopbell-scanner'
const IDLE_MS = 4000
interface Connection { saveData?: boolean; effectiveType?: string }

/** After a sync, once the phone has nothing better to do, for whoever has the scanner among their tabs. */
export function startWarming(): void {
  let asked = false
  status.subscribe(({ kind }) => {
    const role = get(person)?.role
    if (asked || kind !== 'synced' || !role || !TABS[role].some(({ path }) => path === '/scan') || !mayFetch()) return
    asked = true
    whenIdle(() => void warm().catch(() => { asked = false }))
  })
}

/** Not where each kilobyte is waited for or paid for. */
function mayFetch(): boolean {
  const { saveData, effectiveType = '' } = (navigator as { connection?: Connection }).connection ?? {}
  return navigator.onLine && 'caches' in globalThis && saveData !== true && !effectiveType.endsWith('2g')
}

/** Also where the worker does not yet answer for this page: a first visit may be the only one with a network. */
async function warm(): Promise<void> {
  const cache = await caches.open(SCANNER)
  if (!(await cache.match(wasmAddress))) await cache.add(wasmAddress)
}

function whenIdle(then: () => void): void {
  if (typeof requestIdleCallback === 'undefined') setTimeout(then, IDLE_MS)
  else setTimeout(() => requestIdleCallback(then, { timeout: IDLE_MS }), IDLE_MS)
}
