import './app.css'
import { mount } from 'svelte'
import { get } from 'svelte/store'
import App from './frame/App.svelte'
import { afterFirstPicture } from './frame/firstPicture'
import { holdInstallPrompt } from './frame/install'
import { startRouter } from './frame/router'
import { phoneDatabase } from './phone/databases'
import { phase, startSession, turnTo } from './phone/session'
import { startSettings } from './phone/settings'
import { learnDoor, learnRest } from './words'

const OPENS_WITHIN_MS = 8000

startRouter()
holdInstallPrompt()
const begun = begin()
await startSettings()
mount(App, { target: document.getElementById('app')! })
await begun

/** Where the browser keeps nothing, or another page holds the databases, nobody may type as if it did. */
async function begin(): Promise<void> {
  const stuck = setTimeout(() => turnTo('unable'), OPENS_WITHIN_MS)
  try {
    await phoneDatabase().open()
    clearTimeout(stuck)
    await startSession(readyDoor)
  } catch (cause) {
    clearTimeout(stuck)
    console.warn('this phone keeps nothing', cause)
    return turnTo('unable')
  }
  await goOn()
}

/** Most likely they will be asked to sign in. */
function readyDoor(): void {
  void import('./identity/Enter.svelte')
  void learnDoor()
}

/** What the first paint does not need comes after it. */
async function goOn(): Promise<void> {
  // A lapsed phone notes the time at once, and what a locked one holds leaves at once.
  if (['open', 'out'].includes(get(phase))) await afterFirstPicture()
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
  const { startWarming } = await import('./scan/warm')
  startWarming()
}
