import { get } from 'svelte/store'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { phoneDatabase } from './databases'
import { mindLease, renewLease } from './lease'
import { syncNow } from './loop'
import { opensWith, sealPin } from './pin'
import { askServer, holdsSession, leave, lock, me, needsSignIn, open, oweSession, person, phase, startSession } from './session'
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
  it('makes the door ready for a stranger while the server is still asked', async () => {
    await phoneDatabase().people.clear()
    leave()
    cookie = null
    let heardIn = ''
    await startSession(() => { heardIn = get(phase) })
    expect([heardIn, get(phase)]).toEqual(['starting', 'out'])
  })
  it('keeps working when the server forgot the session, and asks for a new sign-in', async () => {
    await open(await known())
    cookie = null
    expect(await holdsSession()).toBe(false)
    expect([get(phase), get(needsSignIn)]).toEqual(['open', true])
  })
})

describe('a session that ended', () => {
  beforeEach(async () => {
    vi.stubGlobal('document', { visibilityState: 'hidden' })
    vi.stubGlobal('navigator', { userAgent: 'a phone' })
    await open(await known())
    cookie = null
    await syncNow()
    expect(get(needsSignIn)).toBe(true)
  })
  it('is asked for no longer once its person has signed in again in another tab', async () => {
    cookie = stage.who
    await syncNow()
    expect([get(needsSignIn), await holdsSession()]).toEqual([false, true])
  })
  it('is not made up for by a colleague’s, who does not take the page out of one’s hands either', async () => {
    cookie = colleague()
    await syncNow()
    expect([get(needsSignIn), me().staff_id]).toEqual([true, stage.who.staff_id])
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
  it.each([200, 401])('asks the next one for nothing because the answer for the one before came late (%i)', async (status) => {
    const next = colleague()
    await phoneDatabase().people.put({ ...(await known()), key: `${next.org.id}-${next.staff_id}`, staff_id: next.staff_id, person: { ...next } })
    let answered!: (status: number) => void
    await open(await known())
    oweSession(() => new Promise((resolve) => { answered = resolve }))
    const asked = holdsSession()
    lock()
    await open((await phoneDatabase().people.get(`${next.org.id}-${next.staff_id}`))!)
    oweSession(async () => 200)
    answered(status)
    expect([await asked, get(needsSignIn), await holdsSession()]).toEqual([false, false, true])
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
  expect(sealed).toEqual({ salt: expect.stringMatching(/^[0-9a-f]{32}$/), hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
})

describe('a phone that has not met the server for long', () => {
  const DAY_MS = 86_400_000
  let now: number
  beforeEach(async () => {
    now = 1_795_400_000_000
    vi.spyOn(Date, 'now').mockImplementation(() => now)
    await phoneDatabase().people.update(stage.key, { lease_until: now + 7 * DAY_MS, high_at: now, lease_days: 7 })
    await open(await known())
    network = false
  })
  afterEach(() => vi.restoreAllMocks())

  it('opens for seven days, then shows nothing until the server has answered', async () => {
    now += 7 * DAY_MS - 1
    await startSession()
    expect(get(phase)).toBe('open')
    now += 1
    await startSession()
    expect([get(phase), await holdsSession(), get(phase)]).toEqual(['lapsed', false, 'lapsed'])
    network = true
    expect([await holdsSession(), get(phase), (await known()).lease_until]).toEqual([true, 'open', now + 7 * DAY_MS])
  })
  it('asks for a sign-in where the session is gone, too', async () => {
    now += 8 * DAY_MS
    await startSession()
    network = true
    cookie = null
    expect([await holdsSession(), get(phase), get(needsSignIn)]).toEqual([false, 'lapsed', true])
  })
  it('gains no time by a clock that is set back', async () => {
    await mindLease(stage.who)
    now += 6 * DAY_MS
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + DAY_MS / 2)
    await mindLease(stage.who)
    expect((await known()).high_at).toBe(now)
    now -= 5 * DAY_MS
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 2 * DAY_MS)
    await mindLease(stage.who)
    expect(get(phase)).toBe('lapsed')
    await startSession()
    expect(get(phase)).toBe('lapsed')
  })
  it('has as long as the organisation says, from each answer on', async () => {
    await stage.cache.rows.put({ id: stage.who.org.id, body: { lease_days: 2 } } as never)
    await renewLease(stage.who)
    expect(await known()).toMatchObject({ lease_days: 2, lease_until: now + 2 * DAY_MS })
    now += 2 * DAY_MS
    await mindLease(stage.who)
    expect(get(phase)).toBe('lapsed')
    await renewLease(stage.who)
    expect([get(phase), (await known()).lease_until]).toEqual(['open', now + 2 * DAY_MS])
  })
  it('goes on where it never was told of a lease', async () => {
    await phoneDatabase().people.update(stage.key, { lease_until: undefined, high_at: undefined, lease_days: undefined })
    now += 30 * DAY_MS
    await startSession()
    await mindLease(stage.who)
    expect(get(phase)).toBe('open')
  })
})

it('locks a phone of one’s own where its owner chose a PIN', async () => {
  await open(await known())
  await phoneDatabase().people.update(stage.key, { pin: { salt: '00', hash: 'x' } })
  await startSession()
  expect(get(phase)).toBe('locked')
  await askServer()
  expect(get(phase)).toBe('locked')
})
