import { beforeAll, describe, expect, test } from 'vitest'
import type { Staff, Store } from '../model'
import { learnRest } from '../words'
import { atWall } from '../words/format'
import type { Foreseen } from './doors'
import { backAt, formOf, isWhole, skillsIn, wishOf } from './form'
import { factText, foreseenLines, plannedText, todayText, troubleText } from './saying'

const ZONE = 'Asia/Shanghai'
const NOW = atWall({ year: 2026, month: 11, day: 26, hour: 9, minute: 0 }, ZONE)
const midnight = (day: number) => atWall({ year: 2026, month: 12, day, hour: 0, minute: 0 }, ZONE)
const week = Array.from({ length: 7 }, (): [number, number][] => [[600, 720], [1080, 1320]])
const bo: Staff = { name: '薄文', role: 'rep', store_ids: ['s'], accepts_leads: true, state: 'active' }
const renmin: Store = {
  name: '人民路店', code: 'RM', zone: ZONE, hours: Array.from({ length: 7 }, () => [[600, 1320]]), closures: [], openings: {},
  patience_s: 1800, point: null, fence_m: 200, manager_id: 'lin', deputy_id: null, area_id: null,
}
const stores = [{ id: 's', body: renmin }]
beforeAll(learnRest)

describe('the form of a person', () => {
  test('untouched it wishes nothing, whatever the server holds', () => {
    const full: Staff = { ...bo, state: 'leave', back_at: midnight(2), shifts: { s: { hours: week } }, skills: ['英语', '设计'], senior: true, weight: 0, cap: 8 }
    for (const person of [bo, full]) expect(wishOf(formOf(person, ZONE), person, ZONE)).toEqual({})
  })
  test('away until a day is back as the next one begins, across the end of a month too', () => {
    expect(backAt('2026-11-30', ZONE)).toBe(midnight(1))
    const form = { ...formOf(bo, ZONE), presence: 'leave' as const, last: '2026-11-30' }
    expect(wishOf(form, bo, ZONE)).toEqual({ state: 'leave', back_at: midnight(1) })
    expect(formOf({ ...bo, state: 'leave', back_at: midnight(1) }, ZONE).last).toBe('2026-11-30')
  })
  test('away from a later day on is a plan, and leaves today as it is', () => {
    const form = { ...formOf(bo, ZONE), presence: 'travel' as const, first: '2026-12-01', last: '2026-12-04' }
    const next_away = { state: 'travel' as const, from_at: midnight(1), back_at: midnight(5) }
    expect(wishOf(form, bo, ZONE)).toEqual({ next_away })
    expect(wishOf(formOf({ ...bo, next_away }, ZONE), { ...bo, next_away }, ZONE)).toEqual({})
    expect(plannedText({ next_away }, ZONE)).toBe('12月1日 周二 起出差，12月5日 周六 回来')
    const fact = { at: NOW, by_id: 'lin', kind: 'changed', told: { next_away: [next_away, null] } }
    expect(factText(fact, () => '林静', NOW, ZONE)).toContain('林静 取消了')
  })
  test('back at work says so and no day', () => {
    const away: Staff = { ...bo, state: 'travel', back_at: midnight(2) }
    expect(wishOf({ ...formOf(away, ZONE), presence: 'active' }, away, ZONE)).toEqual({ state: 'active' })
  })
  test('a changed week keeps the days of their own it came with; the stores hours are null', () => {
    const own: Staff = { ...bo, shifts: { s: { hours: week, closures: ['2026-12-24'], openings: {} } } }
    const form = formOf(own, ZONE)
    form.weeks.s![0] = []
    expect(wishOf(form, own, ZONE)).toEqual({ shifts: { s: { hours: [[], ...week.slice(1)], closures: ['2026-12-24'], openings: {} } } })
    expect(wishOf({ ...formOf(own, ZONE), weeks: { s: null } }, own, ZONE)).toEqual({ shifts: { s: null } })
  })
  test('an empty number is the store’s word, a wrong one is not sent', () => {
    const held: Staff = { ...bo, weight: 3, cap: 8 }
    expect(wishOf({ ...formOf(held, ZONE), weight: '', cap: '5' }, held, ZONE)).toEqual({ weight: null, cap: 5 })
    expect(['0', '100', '', '101', '1.5', '-1', 'x'].map((weight) => isWhole({ ...formOf(bo, ZONE), weight }))).toEqual([true, true, true, false, false, false, false])
  })
  test('skills are separated by whatever people type', () => {
    expect(skillsIn('英语、 设计,英语；全屋')).toEqual(['英语', '设计', '全屋'])
  })
})

describe('what is said', () => {
  test('who is there today, by their own shifts or the store’s', () => {
    expect(todayText(bo, stores, NOW, ZONE)).toBe('今天 10:00–22:00')
    expect(todayText({ ...bo, shifts: { s: { hours: week } } }, stores, NOW, ZONE)).toBe('今天 10:00–12:00，18:00–22:00')
    expect(todayText({ ...bo, shifts: { s: { hours: week, closures: ['2026-11-26'] } } }, stores, NOW, ZONE)).toBe('今天不上班')
    const both = [...stores, { id: 't', body: { ...renmin, hours: renmin.hours.map((): [number, number][] => [[540, 660]]) } }]
    expect(todayText({ ...bo, store_ids: ['s', 't'] }, both, NOW, ZONE)).toBe('今天 09:00–22:00')
    expect(todayText({ ...bo, state: 'leave', back_at: midnight(1) }, stores, NOW, ZONE)).toContain('请假')
    expect(todayText({ ...bo, state: 'left' }, stores, NOW, ZONE)).toBe('已离职')
  })
  test('what a handover takes from the phones, and what there is at risk', () => {
    const phone = { id: 'p', name: '手机', last_seen_at: 1, pending: 2 }
    const told: Foreseen = { customers: 31, leads: 4, offers: 1, credits: 0, appointments: 9, receivers: [], stand_ins: [], phones: [phone, phone, phone], rows: 214, unsent: 2, photos: 0, never_heard: 0 }
    const lines = (over: Partial<Foreseen>) => foreseenLines({ ...told, ...over }, () => '林静', () => '人民路店')
    const [moves, lose, risk] = lines({})
    expect(moves).toContain('31 位客户')
    expect(lose).toBe('3 部手机会各移走 214 条记录。')
    expect(risk).toContain('2 条记录')
    expect(lines({ unsent: 0 }).at(-1)).toBe('手机上次联网时都已同步。')
    expect(lines({ unsent: 0, never_heard: 3 }).at(-1)).toContain('3 部手机还没联过网')
    expect(lines({ credits: 2, stand_ins: [{ store_id: 's', staff_id: 'lin' }] }).slice(1, 3)).toEqual(['和同事分业绩的客户有 2 位，以后业绩都归那位同事。', '人民路店现在没有接新客户的同事，由林静接下，每位客户都有人负责。'])
  })
  test('faults have sentences, an unknown code too, and no network is no fault', () => {
    const told = { code: 'person_faulty', faults: [{ code: 'overlap' }, { code: 'overlap' }, { code: 'in_the_past' }] }
    expect(troubleText(400, 'person_faulty', told)).toBe('日期已经过了。有两段班的时间重叠。')
    expect(troubleText(400, 'new_code', undefined)).toContain('没有成功')
    expect(troubleText(0, 'network', undefined)).toContain('没有网络')
  })
  test('the record names who did what', () => {
    const names = () => '林静'
    expect(factText({ at: NOW, by_id: 'lin', kind: 'handover', told: { customers: { chen: ['a', 'b'] } } }, names, NOW, ZONE)).toContain('林静 交接了 2 位客户')
    expect(factText({ at: NOW, by_id: null, kind: 'changed', told: { state: ['leave', 'active'] } }, names, NOW, ZONE)).toContain('到期，恢复在岗')
  })
})
