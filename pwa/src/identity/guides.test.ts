import { expect, it } from 'vitest'
import safety from '../words/zh/safety'
import { WAYS, wayOf } from './guides'

const ANDROID = 'Mozilla/5.0 (Linux; Android 12; TAS-AL00) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/114.0.5735.196 Mobile Safari/537.36'
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15'

it.each([
  [`${IPHONE} Version/17.5 Mobile/15E148 Safari/604.1`, true, 'ios'],
  [`${IPHONE} CriOS/126.0 Mobile/15E148 Safari/604.1`, true, 'ios_other'],
  [MAC, true, 'ios'],
  [MAC, false, 'mac'],
  [ANDROID, true, 'chrome'],
  [`${ANDROID} HuaweiBrowser/15.0.4.312`, true, 'huawei'],
  [`${ANDROID} XiaoMi/MiuiBrowser/18.2`, true, 'xiaomi'],
  [`${ANDROID} UCBrowser/16.5.6`, true, 'address'],
  [`${ANDROID} MQQBrowser/15.1`, true, 'address'],
  [`${ANDROID} MQQBrowser/6.2 TBS/046295 MicroMessenger/8.0.49`, true, 'inside'],
  [`${IPHONE} Mobile/15E148 MicroMessenger/8.0.49`, true, 'inside'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0', false, 'desktop'],
  ['Mozilla/5.0 (Windows NT 10.0; rv:127.0) Gecko/20100101 Firefox/127.0', false, 'firefox'],
])('tells from %s (touch: %s) that the way is %s', (agent, touches, way) => {
  expect(wayOf(agent, touches)).toBe(way)
})

it('has words for each way', () => {
  expect(WAYS.filter((way) => !(`guide_${way}` in safety) || !(`guide_${way}_name` in safety))).toEqual([])
})
