import { beforeEach, expect, test } from 'vitest'
import { newPhone } from '../phone/stage'
import { learnRest, setTongue } from '../words'
import { add, askRobots, change, faultText, isSigned, kindOf, nameOf, reasonText, retry, standingOf, tryOut, type Letter, type Robot } from './robots'

const robot: Robot = {
  id: 'r', kind: 'dingtalk', store_id: 'renmin', name: '', urgent_only: false, hint: '…0f1e', has_secret: true, enabled: true,
  sent_at: Date.now() - 60_000, error: null, detail: null, error_at: null, next_at: 0, waiting: 0, dead: 0, letters: [],
}
const blank = { url: '', secret: '', name: '', urgent_only: false }
interface Asked { method: string; path: string; body: unknown }
let asked: Asked[] = []

function server(status: number, body: unknown) {
  globalThis.fetch = ((path: string, init: RequestInit) => {
    asked.push({ method: init.method ?? '', path, body: init.body ? JSON.parse(String(init.body)) : undefined })
    return Promise.resolve(status === 204 ? new Response(null, { status }) : Response.json(body, { status }))
  }) as typeof fetch
}

beforeEach(async () => {
  asked = []
  await newPhone('manager')
  await learnRest()
  await setTongue('zh')
})

test('whose robot it is shows from the address that was pasted', () => {
  expect(kindOf('https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1')).toBe('wecom')
  expect(kindOf('https://oapi.dingtalk.com/robot/send?access_token=1')).toBe('dingtalk')
  expect(kindOf('https://open.feishu.cn/open-apis/bot/v2/hook/1-2')).toBe('feishu')
  expect(kindOf('https://example.com/hook')).toBeNull()
  expect([isSigned('wecom'), isSigned('dingtalk'), isSigned('feishu'), isSigned('mail'), isSigned(null)]).toEqual([false, true, true, false, false])
})

test('a state is one word and a line: bad before resting queues, and off before all', () => {
  const word = (over: Partial<Robot>) => standingOf({ ...robot, ...over }).word
  expect(word({})).toBe('正常')
  expect(word({ sent_at: null })).toBe('没发过')
  expect(word({ waiting: 2 })).toBe('排队中')
  expect(word({ waiting: 2, error: 'bad_sign' })).toBe('发不出去')
  expect(word({ dead: 1 })).toBe('发不出去')
  expect(word({ waiting: 2, error: 'over_limit' })).toBe('歇一会儿')
  expect(word({ enabled: false, error: 'bad_sign' })).toBe('已关闭')
  expect(standingOf({ ...robot, waiting: 2, dead: 3 }).line).toMatch(/^上次发出 .+ · 排队 2 条 · 没发出去 3 条$/)
})

test('a reason is plain words, with theirs only where they help', () => {
  expect(reasonText('bad_sign', '310000 sign not match')).toBe('签名对不上：密钥填错了，或者服务器的时间不准。（对方说：310000 sign not match）')
  expect(reasonText('timeout', 'ReadTimeout')).toBe('对方一直没有回应，会自动再试。')
  expect(reasonText('something new', '')).toBe('没有发出去。')
  expect(reasonText(null, null)).toBe('没有发出去。')
})

test('a test tells what the robot answered', async () => {
  server(200, { verdict: 'sent', code: null, detail: '' })
  expect(await tryOut(robot)).toEqual({ good: true, text: '对方收下了，去群里看一眼。' })
  expect(await tryOut({ ...robot, kind: 'mail' })).toEqual({ good: true, text: '邮件已经发出，去收件箱看一眼。' })
  server(200, { verdict: 'refused', code: 'bad_key', detail: '93000 invalid' })
  expect(await tryOut(robot)).toEqual({ good: false, text: '机器人地址不对，或者机器人已经被删除。到群里重新复制地址。' })
  server(429, { error: { code: 'robot_busy' } })
  expect(await tryOut(robot)).toEqual({ good: false, text: '机器人正忙，过一会儿再试。' })
  expect(asked.every(({ method, path }) => method === 'POST' && path === '/api/robots/r/test')).toBe(true)
})

test('without a network everything says so and nothing is thrown', async () => {
  globalThis.fetch = (() => Promise.reject(new TypeError('offline'))) as typeof fetch
  expect(await askRobots()).toBeNull()
  expect((await tryOut(robot)).text).toBe('没有网络，没有改成。')
  expect(faultText(await add({ ...blank, url: 'x' }, 'wecom', 'renmin'))).toBe('没有网络，没有改成。')
})

test('only what was typed is changed, so that a secret nobody sees is kept', async () => {
  server(204, null)
  expect(await change(robot, blank)).toBe('')
  expect(asked).toEqual([])
  await change(robot, { ...blank, url: ' https://x ' })
  await change(robot, { ...blank, secret: ' s ' })
  await change(robot, { ...blank, name: ' 店长群 ', urgent_only: true })
  await change({ ...robot, name: '店长群', urgent_only: true }, blank)
  expect(asked.map(({ body }) => body)).toEqual([
    { url: 'https://x' }, { secret: 's' }, { name: '店长群', urgent_only: true }, { name: '', urgent_only: false },
  ])
})

test('a robot goes by its name, or by what it is', () => {
  expect([nameOf(robot), nameOf({ ...robot, name: '店长群' }), nameOf({ ...robot, hint: '' })]).toEqual(['钉钉群 …0f1e', '店长群', '钉钉群'])
  expect(reasonText('lost_key', '')).toMatch(/^服务器换过密钥.*重新填一遍/)
})

test('adding twice after a lost answer asks for the same robot', async () => {
  server(201, { id: 'mine' })
  await add({ ...blank, url: 'u', name: ' 店长群 ', urgent_only: true }, 'wecom', 'renmin', 'mine')
  await add({ ...blank, url: 'a@b.cn' }, 'mail', null, 'box')
  expect(asked.map(({ body }) => body)).toEqual([
    { id: 'mine', kind: 'wecom', url: 'u', secret: '', name: '店长群', urgent_only: true, store_id: 'renmin' }, { id: 'box', kind: 'mail', url: 'a@b.cn', secret: '', name: '', urgent_only: false },
  ])
})

test('one letter is tried again, or all of them', async () => {
  server(200, { revived: 1 })
  await retry(robot, { id: 'n' } as Letter)
  await retry(robot)
  expect(asked.map(({ path, body }) => [path, body])).toEqual([['/api/robots/r/retry', { messages: ['n'] }], ['/api/robots/r/retry', {}]])
})
