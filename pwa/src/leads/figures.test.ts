import { beforeAll, expect, test } from 'vitest'
import type { Lead } from '../model'
import { figuresLine, figuresOf } from './figures'
import { learnRest } from '../words'

beforeAll(learnRest)

const lead = (over: Partial<Lead>) => over as Lead

test('a lead has three figures, and those that are not known yet say so', () => {
  expect(figuresOf(lead({ wait_s: null, responsibility_s: 180, no_signal_s: 0 })).map(({ key, seconds }) => [key, seconds]))
    .toEqual([['wait', null], ['responsibility', 180], ['no_signal', 0]])
  expect(figuresOf(lead({})).map(({ seconds }) => seconds)).toEqual([null, null, null])
})

test('the desk says in one line what is known, and no signal only where there was none', () => {
  expect(figuresLine(lead({ wait_s: 720, responsibility_s: 30, no_signal_s: 0 }))).toBe('客户等待 12 分钟 · 门店接单 不到 1 分钟')
  expect(figuresLine(lead({ wait_s: 3600, responsibility_s: 300, no_signal_s: 2400 }))).toContain('没有信号 40 分钟')
  expect(figuresLine(lead({}))).toBe('')
})
