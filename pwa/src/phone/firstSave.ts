import { liveQuery, type Observable } from 'dexie'
import { askToPersist } from './canary'
import { phoneDatabase } from './databases'

const SAVED = 'saved'
const ASKED = 'install_asked'

/**
 * From the first record on there is something to lose: the browser is asked to keep it, right behind the tap that saved
 * it, and installing is offered.
 */
export async function noteSave(): Promise<void> {
  const { settings } = phoneDatabase()
  if (await settings.get(SAVED)) return
  await settings.put({ key: SAVED, value: Date.now() })
  await askToPersist()
}

/** Something was saved here, and nobody has put the offer to install away; live. */
export function offersInstall(): Observable<boolean> {
  return liveQuery(async () => {
    const [saved, asked] = await phoneDatabase().settings.bulkGet([SAVED, ASKED])
    return !!saved && !asked
  })
}

export async function putInstallAway(): Promise<void> {
  await phoneDatabase().settings.put({ key: ASKED, value: Date.now() })
}
