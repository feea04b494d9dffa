import { beforeAll, describe, expect, test } from 'vitest'
import { learnRest } from '../words'
import { byShift, faultsIn, ofStretch, ofWeekday, ofWhole, saidOnce, type Fault } from './faults'
import { carried, dayAfter, faultOf, formOf, hasChanges, inOrder, todayIn, wishOf, type StoreHours, type Stretch } from './form'
import { dateText, patienceText, shiftsText, stretchText, weekdays } from './saying'

const TODAY = '2026-11-26'
const held: StoreHours = {
  id: 's', name: '人民路店', version: 7, zone: 'Asia/Shanghai', country: 'CN', hours: Array.from({ length: 7 }, () => [[600, 1320]]),
  closures: ['2026-10-01', '2026-12-30', '2026-12-31', '2027-01-01'], openings: { '2026-10-02': [[600, 900]], '2027-01-02': [[840, 1440], [540, 720]] },
  holiday_rule: 'usual', make_up_rule: 'usual', patience_s: 1800, manager_id: 'lin', deputy_id: null, area_id: 'qiao', address: '', changed_by: null, changed_at: 0, holidays: [], make_up_days: [], unknown_years: [],
}
beforeAll(learnRest)

test('carries what was typed over what somebody else changed meanwhile', () => {
  const before = { week: [1], patience: 30, rule: 'usual' }
  expect(carried({ ...before, week: [2] }, before, { ...before, patience: 60, week: [3] })).toEqual({ week: [2], patience: 60, rule: 'usual' })
})

describe('the form of a store', () => {
  test('shows what is to come, days in a row as one, shifts in their order', () => {
    expect(formOf(held, TODAY).stretches).toEqual([
      { first: '2026-12-30', last: '2027-01-01', shifts: [] },
      { first: '2027-01-02', last: '2027-01-02', shifts: [{ opens: '09:00', closes: '12:00' }, { opens: '14:00', closes: '00:00' }] },
    ])
  })
  test('untouched sends nothing', () => {
    expect(hasChanges(wishOf(formOf(held, TODAY), held, TODAY))).toBe(false)
    const round = { ...held, hours: Array.from({ length: 7 }, (): [number, number][] => [[0, 1440]]) }
    expect(wishOf(formOf(round, TODAY), round, TODAY)).toEqual({})
  })
  test('sends only what was touched', () => {
    const form = formOf(held, TODAY)
    form.week[1] = [{ opens: '22:00', closes: '02:00' }]
    form.patience_min = 10
    expect(wishOf(form, held, TODAY)).toEqual({ hours: [[[600, 1320]], [[1320, 120]], ...held.hours.slice(2)], patience_s: 600 })
  })
  test('keeps past days as they were when others change', () => {
    const form = formOf(held, TODAY)
    form.stretches = [{ first: '2027-02-01', last: '2027-02-03', shifts: [] }, { first: '2027-02-10', last: '2027-02-10', shifts: [{ opens: '10:00', closes: '15:00' }] }]
    expect(wishOf(form, held, TODAY)).toEqual({
      closures: ['2026-10-01', '2027-02-01', '2027-02-02', '2027-02-03'],
      openings: { '2026-10-02': [[600, 900]], '2027-02-10': [[600, 900]] },
    })
  })
  test('sends rules of holidays', () => {
    expect(wishOf({ ...formOf(held, TODAY), holiday_rule: 'closed', make_up_rule: 'weekday' }, held, TODAY)).toEqual({ holiday_rule: 'closed', make_up_rule: 'weekday' })
  })
})

describe('days in a row', () => {
  const others: Stretch[] = [{ first: '2026-12-30', last: '2027-01-01', shifts: [] }]
  test.each([
    ['2027-01-02', '2027-01-05', null], ['2026-12-25', '2026-12-29', null], ['2027-01-01', '2027-01-05', 'dates_taken'], ['2026-12-01', '2027-02-01', 'dates_taken'],
    ['2027-01-05', '2027-01-02', 'date_order'], ['', '2027-01-02', 'bad_date'], ['2027-01-02', '2029-01-02', 'too_long'],
  ])('from %s to %s: %s', (first, last, fault) => {
    expect(faultOf({ first, last, shifts: [] }, others)).toBe(fault)
  })
  test('the day after the last of a month, and of a February', () => {
    expect([dayAfter('2026-12-31'), dayAfter('2028-02-28'), dayAfter('2026-01-31', 365)]).toEqual(['2027-01-01', '2028-02-29', '2027-01-31'])
  })
  test('today is what the wall of the store says', () => {
    const evening = Date.UTC(2026, 10, 26, 20)
    expect([todayIn('Asia/Shanghai', evening), todayIn('Europe/Berlin', evening)]).toEqual(['2026-11-27', '2026-11-26'])
  })
})

describe('what is wrong', () => {
  const faults: Fault[] = [
    { code: 'overlap', field: 'hours', day: 4, shift: 1 }, { code: 'never_opens', field: 'hours', day: null, shift: null },
    { code: 'overlap', field: 'openings', day: '2027-01-02', shift: 0 }, { code: 'overlap', field: 'openings', day: '2027-01-03', shift: 0 },
    { code: 'patience_out_of_range', field: 'patience_s', day: null, shift: null },
  ]
  test('is said at its day and shift, once for days in a row', () => {
    expect(byShift(ofWeekday(faults, 4))).toEqual({ 1: '这段和另一段时间重叠。' })
    expect(ofWeekday(faults, 3)).toEqual([])
    expect(ofStretch(faults, { first: '2027-01-01', last: '2027-01-05', shifts: [] })).toEqual([faults[2]])
    expect(ofWhole(faults)).toEqual([faults[1]])
  })
  test('is said once where a day has it twice', () => {
    expect(saidOnce([...faults.slice(0, 1), { code: 'overlap', field: 'hours', day: 4, shift: 2 }])).toEqual(['这段和另一段时间重叠。'])
  })
  test('an answer without faults has none', () => {
    expect([faultsIn(undefined), faultsIn({ code: 'forbidden' }), faultsIn({ faults })]).toEqual([[], [], faults])
  })
})

test('hours read as people say them', () => {
  const say = (...shifts: [string, string][]) => shiftsText(shifts.map(([opens, closes]) => ({ opens, closes })))
  expect([say(), say(['00:00', '00:00']), say(['09:00', '12:00'], ['14:00', '00:00']), say(['22:00', '02:00']), say(['10:00', '10:00'])]).toEqual([
    '休息', '全天', '09:00–12:00，14:00–24:00', '22:00–次日 02:00', '10:00–次日 10:00',
  ])
  expect(inOrder([{ opens: '14:00', closes: '18:00' }, { opens: '09:00', closes: '12:00' }]).map(({ opens }) => opens)).toEqual(['09:00', '14:00'])
})

test('days and times read as people say them', () => {
  expect(weekdays('zh')).toEqual(['周一', '周二', '周三', '周四', '周五', '周六', '周日'])
  expect(weekdays('en')[6]).toBe('Sun')
  expect(stretchText({ first: '2026-12-30', last: '2027-01-01' }, TODAY)).toBe('12月30日 至 2027年1月1日')
  expect(stretchText({ first: '2027-02-05', last: '2027-02-10' }, TODAY)).toBe('2027年2月5日 至 2月10日')
  expect([dateText('2026-12-30', TODAY), dateText('2027-01-01', TODAY)]).toEqual(['12月30日 周三', '2027年1月1日 周五'])
  expect([5, 60, 90, 120].map(patienceText)).toEqual(['5 分钟', '1 小时', '90 分钟', '2 小时'])
})
