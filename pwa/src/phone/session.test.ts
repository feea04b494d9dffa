import { get } from 'svelte/store'
import { beforeEach, describe, expect, it } from 'vitest'
import { phoneDatabase } from './databases'
import { opensWith, sealPin } from './pin'
import { askServer, holdsSession, lock, me, needsSignIn, open, oweSession, person, phase, startSession } from './session'
import { newPhone, type Stage } from './stage'

let stage: Stage
let cookie: Stage['who'] | null
let network: boolean

beforeEach(async () => {
  localStorage.clear()
  needsSignIn.set(false)
  stage = await newPhone('clerk')
  cookie = stage.who
  network = true
  globalThis.fetch = (async () => {
    if (!network) throw new TypeError('network')
    if (!cookie) return new Response('{}', { status: 401 })
    const { staff_id, org, ...staff } = cookie
    return Response.json({ staff: { id: staff_id, ...staff }, org, now: 1 })
  }) as typeof fetch
})
const known = async () => (await phoneDatabase().people.get(stage.key))!
const colleague = (): Stage['who'] => ({ ...stage.who, staff_id: 'chen', name: '陈晨' })

describe('whose phone this is', () => {
  it('opens for the last person without a network', async () => {
    await open(await known())
    network = false
    await startSession()
    expect([get(phase), me().staff_id]).toEqual(['open', stage.who.staff_id])
    expect(await holdsSession()).toBe(false)
  })
  it('is not asked for a password while its session lives', async () => {
    await open(await known())
    expect(await holdsSession()).toBe(true)
  })
  it('keeps working when the server forgot the session, and asks for a new sign-in', async () => {
    await open(await known())
    cookie = null
    expect(await holdsSession()).toBe(false)
    expect([get(phase), get(needsSignIn)]).toEqual(['open', true])
  })
})

describe('a shared phone', () => {
  beforeEach(async () => {
    await phoneDatabase().people.update(stage.key, { shared: true, pin: { salt: '00', hash: 'x' } })
  })
  it('starts locked', async () => {
    await startSession()
    expect(get(phase)).toBe('locked')
  })
  it('never takes a colleague’s cookie for the one who unlocked it', async () => {
    await open(await known())
    cookie = colleague()
    expect(await holdsSession()).toBe(false)
    await askServer()
    expect(me().staff_id).toBe(stage.who.staff_id)
  })
  it('takes the session it is owed as soon as there is a network', async () => {
    await open(await known())
    let status = 0
    oweSession(async () => status)
    expect(await holdsSession()).toBe(false)
    expect(get(needsSignIn)).toBe(false)
    status = 200
    expect(await holdsSession()).toBe(true)
  })
  it('holds nobody’s session after it was locked', async () => {
    await open(await known())
    await holdsSession()
    lock()
    expect([get(phase), get(person), await holdsSession()]).toEqual(['locked', null, false])
  })
})

it('opens with the right PIN only', async () => {
  const sealed = await sealPin('2468')
  expect(await opensWith(sealed, '2468')).toBe(true)
  expect(await opensWith(sealed, '2469')).toBe(false)
  expect(JSON.stringify(sealed)).not.toContain('2468')
})
