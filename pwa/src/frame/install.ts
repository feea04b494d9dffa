import { writable } from 'svelte/store'

interface InstallPrompt extends Event { prompt(): Promise<void> }

/** The browser's own offer to install, held back until the person looks for it. */
export const installPrompt = writable<InstallPrompt | null>(null)

export function holdInstallPrompt(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault()
    installPrompt.set(event as InstallPrompt)
  })
  addEventListener('appinstalled', () => installPrompt.set(null))
}
