import { beforeEach, describe, expect, it } from 'vitest'
import { save, type Draft } from '../phone/outbox'
import { refusedOnce, type Refused } from '../phone/refused'
import { setAside } from '../phone/rebirth'
import { setAsideIn } from '../phone/unsent'
import { newPhone, type Stage } from '../phone/stage'
import { newId } from '../sync/uuid7'
import { isAskable, resend, settle } from './deciding'

const comment = (text: string): Draft => ({ entity: 'comment', id: newId(), fields: { customer_id: 'c', text } })
let stage: Stage

beforeEach(async () => {
  stage = await newPhone()
})
const waiting = async () => (await stage.outbox.operations.where('state').equals('waiting').sortBy('seq')).map(({ entity, fields }) => [entity, fields.text])

describe('what no push could carry', () => {
  const aside = async (): Promise<Refused> => {
    await save([comment('一'), comment('二')])
    await setAside(stage.outbox, await stage.outbox.operations.toArray())
    const [one, ...others] = refusedOnce(await setAsideIn(stage.outbox), [], 'device', stage.who.staff_id)
    expect(others).toEqual([])
    return one!
  }
  it('is sent again whole, in its order, and asks for nothing more', async () => {
    await resend(await aside())
    expect(await waiting()).toEqual([['comment', '一'], ['comment', '二']])
    expect(await setAsideIn(stage.outbox)).toEqual([])
  })
  it('is discarded without a word to a server that never had it, and no manager can be asked', async () => {
    const one = await aside()
    expect(isAskable(one)).toBe(false)
    await settle(one)
    expect(await waiting()).toEqual([])
    expect(await setAsideIn(stage.outbox)).toEqual([])
  })
})

describe('a change that was refused', () => {
  const refused = async (base: number | null): Promise<Refused> => {
    await save([{ entity: 'customer', id: 'c', fields: { need: '床' }, ...(base === null ? {} : { base }) }])
    await stage.outbox.operations.update(1, { state: 'refused', receipt: { outcome: 'refused', at: 1, code: 'fault' } })
    return refusedOnce(await stage.outbox.operations.toArray(), [], 'device', stage.who.staff_id)[0]!
  }
  const again = () => stage.outbox.operations.get(2)

  it('is made anew on what the phone now sees of the row', async () => {
    await stage.cache.rows.put({ id: 'c', entity: 'customer', version: 9 } as never)
    await resend(await refused(3))
    expect(await again()).toMatchObject({ id: 'c', base: 9, fields: { need: '床' } })
  })
  it('keeps its base where the row is not here, and stays a creation where it was one', async () => {
    await resend(await refused(3))
    expect(await again()).toMatchObject({ base: 3 })
    stage = await newPhone()
    await stage.cache.rows.put({ id: 'c', entity: 'customer', version: 9 } as never)
    await resend(await refused(null))
    expect(await again()).toMatchObject({ base: null })
  })
})
