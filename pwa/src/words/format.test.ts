import { describe, expect, it } from 'vitest'
import * as format from './format'

const ZONE = 'Asia/Shanghai'
const NOW = Date.UTC(2026, 10, 21, 6, 5) // Saturday 21 November, 14:05 in Shanghai

describe('times', () => {
  it('says today, yesterday and tomorrow by the calendar of the zone', () => {
    expect(format.momentText(NOW, NOW, ZONE, 'zh')).toBe('今天 14:05')
    expect(format.momentText(NOW - format.DAY_MS, NOW, ZONE, 'zh')).toBe('昨天 14:05')
    expect(format.momentText(Date.UTC(2026, 10, 20, 16, 30), NOW, ZONE, 'zh')).toBe('今天 00:30')
    expect(format.momentText(Date.UTC(2026, 10, 21, 16, 0), NOW, ZONE, 'en')).toBe('tomorrow 00:00')
  })
  it('names the day further away, and the year when it is another', () => {
    expect(format.momentText(NOW - 8 * format.DAY_MS, NOW, ZONE, 'zh')).toBe('11月13日 周五')
    expect(format.momentText(NOW - 8 * format.DAY_MS, NOW, ZONE, 'en')).toBe('13 Nov, 14:05')
    expect(format.momentText(NOW - 365 * format.DAY_MS, NOW, ZONE, 'zh')).toBe('2025年11月21日 周五')
  })
  it('gives an appointment its hour always', () => {
    const at = NOW + 3 * format.DAY_MS
    expect(format.appointmentText(at, NOW, ZONE, 'zh')).toBe('11月24日 周二 14:05')
    expect(format.appointmentText(at, NOW, ZONE, 'en')).toBe('24 Nov, 14:05')
  })
  it('counts minutes back under one hour only', () => {
    expect(format.agoText(NOW - 3 * format.MINUTE_MS, NOW, ZONE, 'zh')).toBe('3 分钟前')
    expect(format.agoText(NOW - 60 * format.MINUTE_MS, NOW, ZONE, 'zh')).toBe('今天 13:05')
  })
  it('finds the moment a wall clock shows, across summer time and month ends', () => {
    const wall = { year: 2026, month: 11, day: 31, hour: 10, minute: 0 }
    expect(format.wallOf(format.atWall(wall, ZONE), ZONE)).toMatchObject({ month: 12, day: 1, hour: 10 })
    const spring = { year: 2026, month: 3, day: 30, hour: 9, minute: 15 }
    expect(format.wallOf(format.atWall(spring, 'Europe/Berlin'), 'Europe/Berlin')).toMatchObject(spring)
  })
  it('knows by heart what the tables say of a zone without summer time', () => {
    const table = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, dateStyle: 'short', timeStyle: 'short' })
    for (let at = Date.UTC(1991, 0, 1, 9, 30); at < Date.UTC(2060, 0, 1); at += 10 * format.DAY_MS) {
      const { year, month, day, hour, minute } = format.wallOf(at, ZONE)
      const two = (n: number) => String(n).padStart(2, '0')
      expect(`${two(day)}/${two(month)}/${year}, ${two(hour)}:${two(minute)}`).toBe(table.format(at))
    }
  })
  it('ends the day at the midnight of the zone', () => {
    expect(format.endOfDay(NOW, ZONE)).toBe(Date.UTC(2026, 10, 21, 16, 0))
  })
  it('speaks of lengths in the largest two units', () => {
    expect(format.spanText(2 * format.HOUR_MS + 1, 'zh')).toBe('2 小时')
    expect(format.spanText(51 * format.HOUR_MS, 'zh')).toBe('2 天 3 小时')
    expect(format.spanText(24 * format.HOUR_MS, 'en')).toBe('1 day')
    expect(format.countdownText(252_000)).toBe('04:12')
    expect(format.countdownText(-1)).toBe('00:00')
  })
})

describe('phones, distances and money', () => {
  it('masks a phone and keeps its ends', () => {
    expect(format.maskedPhone('+8613800005521')).toBe('138 **** 5521')
    expect(format.maskedPhone('')).toBe('')
  })
  it('writes metres with their doubt', () => {
    expect(format.distanceText(85.4, 30, 'zh')).toBe('85 米 ±30')
    expect(format.distanceText(1234, null, 'en')).toBe('1.2 km')
  })
  it('groups money and shortens it on boards', () => {
    expect(format.moneyText(12800)).toBe('¥12,800')
    expect(format.boardMoneyText(12800, 'zh')).toBe('1.28万')
    expect(format.boardMoneyText(12800, 'en')).toBe('12.8k')
  })
})
