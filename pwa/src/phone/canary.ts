import { newId } from '../sync/uuid7'
import { phoneDatabase } from './databases'

const NAME = 'shopbell_install'
const YEAR_S = 365 * 86_400

/**
 * True when the browser has thrown this phone's databases away: the cookie or localStorage remembers an install of
 * which IndexedDB knows nothing. Silent emptiness would be the worst news.
 */
export async function canary(): Promise<boolean> {
  const stored = (await phoneDatabase().settings.get('install'))?.value as string | undefined
  const remembered = localStorage.getItem(NAME) ?? cookie()
  const install = stored ?? newId()
  await phoneDatabase().settings.put({ key: 'install', value: install })
  localStorage.setItem(NAME, install)
  document.cookie = `${NAME}=${install}; path=/; max-age=${YEAR_S}; samesite=strict`
  return !stored && !!remembered
}

/** Asks the browser to keep this phone's data; true when it agreed. Best asked after a tap. */
export async function askToPersist(): Promise<boolean> {
  return (await navigator.storage?.persist?.().catch(() => false)) ?? false
}

export interface Keeping { persisted: boolean; used_bytes: number; quota_bytes: number }

export async function storageState(): Promise<Keeping> {
  const persisted = (await navigator.storage?.persisted?.().catch(() => false)) ?? false
  const estimate: StorageEstimate = (await navigator.storage?.estimate?.().catch(() => ({}))) ?? {}
  return { persisted, used_bytes: estimate.usage ?? 0, quota_bytes: estimate.quota ?? 0 }
}

function cookie(): string | null {
  return new RegExp(`(?:^|; )${NAME}=([^;]+)`).exec(document.cookie)?.[1] ?? null
}
