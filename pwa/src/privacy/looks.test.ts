import 'fake-indexeddb/auto'
import { beforeEach, expect, test, vi } from 'vitest'
import { ownOutbox } from '../phone/databases'
import { adopt, leave, vouch, type Person } from '../phone/session'
import { noteLook, tellLooks } from './looks'

const MINUTE = 60_000
const bo: Person = { org: { id: 'o', code: 'o', name: '欣居', zone: 'Asia/Shanghai' }, staff_id: 'bo', name: '薄', role: 'rep', store_ids: ['s'], accepts_leads: true }
let told: { looks: { customer_id: string; what: string }[] }[] = []
let answer = 204

beforeEach(async () => {
  ;[told, answer] = [[], 204]
  vi.stubGlobal('fetch', async (_: string, { body }: RequestInit) => {
    told.push(JSON.parse(body as string) as (typeof told)[number])
    return new Response(answer === 204 ? null : '{}', { status: answer })
  })
  adopt(bo)
  vouch(bo)
  await ownOutbox().meta.clear()
})

test('the minute of somebody who has left ends without a word', async () => {
  const waits: (() => void)[] = []
  vi.stubGlobal('setTimeout', (run: () => void) => waits.push(run))
  await noteLook('c3', 'opened')
  vi.unstubAllGlobals()
  leave()
  expect(waits).toHaveLength(1)
  waits[0]!()
  await Promise.resolve()
  expect(told).toEqual([])
})

test('the same look within ten minutes is one, and what was told is not told again', async () => {
  const now = Date.now()
  await noteLook('c1', 'opened', now)
  await noteLook('c1', 'opened', now + 9 * MINUTE)
  await noteLook('c1', 'called', now + 9 * MINUTE)
  await noteLook('c1', 'opened', now + 11 * MINUTE)
  await tellLooks()
  await tellLooks()
  expect(told.map(({ looks }) => looks.map(({ what }) => what))).toEqual([['opened', 'called', 'opened']])
})

test('what the server did not take waits', async () => {
  await noteLook('c2', 'opened')
  answer = 503
  await tellLooks()
  answer = 204
  await tellLooks()
  await tellLooks()
  expect(told.map(({ looks }) => looks.map(({ customer_id }) => customer_id))).toEqual([['c2'], ['c2']])
})
