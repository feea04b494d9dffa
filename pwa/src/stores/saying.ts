/** Hours and dates of a store in words. */

import { currentTongue, t } from '../words'
import { DAY_MS, dayText, type Tongue } from '../words/format'
import { endsNextDay, isWholeDay, type Shift, type Stretch } from './form'

const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const
const MONDAY = Date.UTC(2026, 0, 5)

/** 周一 … 周日 */
export function weekdayText(weekday: number, tongue: Tongue): string {
  const text = dayText(MONDAY + weekday * DAY_MS, 'UTC', tongue)
  return tongue === 'zh' ? text.slice(text.indexOf(' ') + 1) : text.slice(0, text.indexOf(' '))
}

export function weekdays(tongue: Tongue): string[] {
  return WEEKDAYS.map((weekday) => weekdayText(weekday, tongue))
}

/** 10:00–12:00，14:00–次日 02:00; 全天; 休息 */
export function shiftsText(shifts: Shift[]): string {
  if (!shifts.length) return t('stores.rest')
  return shifts.map(shiftText).join(t('ui.comma'))
}

function shiftText(shift: Shift): string {
  if (isWholeDay(shift)) return t('stores.all_day')
  const closes = shift.closes === '00:00' ? '24:00' : shift.closes
  return endsNextDay(shift) ? t('stores.until_next_day', { opens: shift.opens, closes }) : `${shift.opens}–${closes}`
}

/** 10月1日 周四; 10月1日 至 10月7日; the year where it is not this one. */
export function stretchText({ first, last }: Pick<Stretch, 'first' | 'last'>, today: string): string {
  if (first === last) return dateText(first, today)
  return t('stores.from_to', { from: monthDay(first, today), to: monthDay(last, currentTongue() === 'zh' ? first : today) })
}

export function dateText(day: string, today: string): string {
  const [date, weekday] = [monthDay(day, today), weekdayOf(day)]
  return currentTongue() === 'zh' ? `${date} ${weekday}` : `${weekday} ${date}`
}

/** The year is said where it is not that of `beside`: before the day in Chinese, after it in English. */
function monthDay(day: string, beside: string): string {
  const text = dayText(Date.parse(day), 'UTC', currentTongue()).split(' ')
  const [date, year] = [currentTongue() === 'zh' ? text[0] : text.slice(1).join(' '), day.slice(0, 4)]
  if (year === beside.slice(0, 4)) return date ?? ''
  return currentTongue() === 'zh' ? `${year}年${date}` : `${date} ${year}`
}

function weekdayOf(day: string): string {
  return weekdayText((new Date(day).getUTCDay() + 6) % 7, currentTongue())
}

/** 5 分钟, 2 小时 */
export function patienceText(minutes: number): string {
  return minutes < 60 || minutes % 60 ? t('stores.minutes', { n: minutes }) : t('stores.hours', { n: minutes / 60 })
}
