import './app.css'
import { mount } from 'svelte'
import App from './frame/App.svelte'
import { holdInstallPrompt } from './frame/install'
import { startRouter } from './frame/router'
import { startSession } from './phone/session'
import { startSettings } from './phone/settings'
import { learnRest } from './words'

startRouter()
holdInstallPrompt()
await startSettings()
mount(App, { target: document.getElementById('app')! })
await startSession()
// What the first paint does not need comes after it.
const [{ startLoop }, { startUpdates }, { startIdleLock }] = await Promise.all([
  import('./phone/loop'), import('./frame/updates'), import('./identity/idle'),
])
startIdleLock()
// Any page but the first waits for the rest of the words itself; a first tap fetches them ahead of it.
addEventListener('pointerdown', () => void learnRest(), { once: true, passive: true })
await startLoop()
await startUpdates()
const { startKnown } = await import('./customers/known')
startKnown()
