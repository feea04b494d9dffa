import { expect, test } from 'vitest'
import { saidOf } from './ringing'

const ring = (more = {}) => JSON.stringify({ kind: 'escalated', name: '王**', store: '人民路店', waited_s: 1800, lead_id: 'l1', ...more })

test('a locked phone says who waits, where and for how long, and opens the lead', () => {
  expect(saidOf(ring(), 'zh-CN')).toEqual({ title: '升级给你处理', body: '人民路店：王**，已等 30 分钟', path: '/leads/l1', tag: 'l1' })
  expect(saidOf(ring({ kind: 'offer', waited_s: 4 }), 'en-GB')).toEqual({ title: 'New customer: please accept', body: '人民路店: 王**', path: '/leads/l1', tag: 'l1' })
})

test('what is about no lead says how many, and opens where something can be done', () => {
  expect(saidOf(ring({ kind: 'release_warning', lead_id: null, waited_s: 0, count: 3 }), 'zh')).toEqual({ title: '有客户要回公共池，请尽快联系', body: '人民路店：3 位客户', path: '/customers', tag: 'release_warning' })
  expect(saidOf(ring({ kind: 'away', name: '', lead_id: null, waited_s: 0 }), 'en')).toMatchObject({ body: '人民路店', path: '/', tag: 'away' })
})

test('a leaver’s customers open the handover, and no name of theirs is on a locked phone', () => {
  const left = { kind: 'left_behind', name: '', lead_id: null, waited_s: 0, staff_id: 'bo' }
  expect(saidOf(ring({ ...left, count: 12 }), 'zh')).toEqual({ title: '离职同事的客户还没有交接', body: '人民路店：12 位客户', path: '/me/people/bo?open=handover', tag: 'bo' })
  expect(saidOf(ring(left), 'zh')).toMatchObject({ body: '人民路店' })
})

test('a fake code opens the codes of its store', () => {
  const fake = { kind: 'foreign_code', name: '', lead_id: null, waited_s: 0, store_id: 'renmin' }
  expect(saidOf(ring(fake), 'zh')).toEqual({ title: '店里查到假码，请马上处理', body: '人民路店', path: '/me/codes?store=renmin', tag: 'renmin' })
})

test('whatever came, something is said', () => {
  for (const odd of ['', 'hello', 'null', '[]', '3', '{"kind":"newer"}']) {
    const said = saidOf(odd, 'zh')
    expect([said.title, said.body, said.path]).toEqual(['门铃响了', '客户', '/'])
  }
})
