/** Brings the reader to a phone that will scan, before it is needed where there may be no network. */

import wasmAddress from 'zxing-wasm/reader/zxing_reader.wasm?url'

const AFTER_MS = 4000

/** Once, quietly, when idle and online and nobody asked to save data; the service worker keeps it. Returns how to call it off. */
export function warmReader(): () => void {
  const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true
  if (!navigator.onLine || saving || !navigator.serviceWorker?.controller) return () => {}
  const timer = setTimeout(() => void fetch(wasmAddress).catch(() => undefined), AFTER_MS)
  return () => clearTimeout(timer)
}
