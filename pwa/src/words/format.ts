/** How times, phones, distances and money read: pure, in the organisation's zone. */

export type Tongue = 'zh' | 'en'
export interface Wall {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  /** 0 Sunday .. 6 Saturday */
  weekday: number
}

export const SECOND_MS = 1000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

const ZH_DAYS = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']
const EN_DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const EN_MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** Hours no clock was put forward or back since 1992: a weak phone takes 200 ms to find that out of its tables. */
const STEADY: Record<string, number> = { 'Asia/Shanghai': 8 * HOUR_MS }
const STEADY_SINCE = Date.UTC(1992, 0, 1)
const dialects = new Map<string, Intl.DateTimeFormat>()
const QUARTER_MS = 15 * MINUTE_MS
const OFFSETS_MOST = 5000
const offsets = new Map<string, number>()

/** The hands of the clock on the wall at `at` (ms UTC) in an IANA `zone`. */
export function wallOf(at: number, zone: string): Wall {
  const shown = new Date(at + offsetOf(at, zone))
  return {
    year: shown.getUTCFullYear(), month: shown.getUTCMonth() + 1, day: shown.getUTCDate(),
    hour: shown.getUTCHours(), minute: shown.getUTCMinutes(), weekday: shown.getUTCDay(),
  }
}

/** The moment (ms UTC) at which the wall shows this; days beyond a month's end roll over. */
export function atWall(wall: Omit<Wall, 'weekday'>, zone: string): number {
  const wanted = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute)
  // Two rounds: the offset at the first guess may differ across a summer-time change.
  let at = wanted
  for (let round = 0; round < 2; round += 1) at += wanted - asUtc(wallOf(at, zone))
  return at
}

/** Days between two moments counted on the calendar: tomorrow is 1, yesterday -1. */
export function daysApart(from: number, to: number, zone: string): number {
  const days = (at: number) => Math.floor(asUtc(wallOf(at, zone)) / DAY_MS)
  return days(to) - days(from)
}

/** The midnight with which the day of `at` ends. */
export function endOfDay(at: number, zone: string): number {
  const wall = wallOf(at, zone)
  return atWall({ ...wall, day: wall.day + 1, hour: 0, minute: 0 }, zone)
}

/** 14:05 */
export function clockText(at: number, zone: string): string {
  const { hour, minute } = wallOf(at, zone)
  return `${two(hour)}:${two(minute)}`
}

/** 11月21日 周六; Sat 21 Nov */
export function dayText(at: number, zone: string, tongue: Tongue): string {
  const { month, day, weekday } = wallOf(at, zone)
  if (tongue === 'zh') return `${month}月${day}日 ${ZH_DAYS[weekday]}`
  return `${EN_DAYS[weekday]} ${day} ${EN_MONTHS[month - 1]}`
}

/** 今天 14:05, 昨天 14:05, 11月21日 周五; today 14:05, 21 Nov, 14:05 */
export function momentText(at: number, now: number, zone: string, tongue: Tongue): string {
  const near = nearWord(daysApart(now, at, zone), tongue)
  if (near) return `${near} ${clockText(at, zone)}`
  const { year, month, day } = wallOf(at, zone)
  const other = year === wallOf(now, zone).year ? null : year
  if (tongue === 'zh') return `${other ? `${other}年` : ''}${dayText(at, zone, 'zh')}`
  return `${day} ${EN_MONTHS[month - 1]}${other ? ` ${other}` : ''}, ${clockText(at, zone)}`
}

/** As momentText, but always with the hour: an appointment without one is of no use. */
export function appointmentText(at: number, now: number, zone: string, tongue: Tongue): string {
  const text = momentText(at, now, zone, tongue)
  const clock = clockText(at, zone)
  return text.endsWith(clock) ? text : `${text} ${clock}`
}

/** 3 分钟前 under one hour only; the moment itself after that. */
export function agoText(at: number, now: number, zone: string, tongue: Tongue): string {
  const minutes = Math.floor((now - at) / MINUTE_MS)
  // A clock that ticks each half minute may be a little behind what has just happened.
  if (minutes < -1 || minutes >= 60) return momentText(at, now, zone, tongue)
  if (minutes <= 0) return tongue === 'zh' ? '刚刚' : 'just now'
  return tongue === 'zh' ? `${minutes} 分钟前` : `${minutes} min ago`
}

/** 12 分钟, 2 小时, 2 天 3 小时 */
export function spanText(ms: number, tongue: Tongue): string {
  const minutes = Math.max(0, Math.floor(ms / MINUTE_MS))
  const hours = Math.floor(minutes / 60)
  const days = Math.floor(hours / 24)
  const say = (n: number, zh: string, en: string) => (tongue === 'zh' ? `${n} ${zh}` : `${n} ${en}`)
  if (hours < 1) return say(minutes, '分钟', 'min')
  if (days < 1) return say(hours, '小时', 'h')
  const rest = hours % 24
  return days > 6 || !rest
    ? say(days, '天', days === 1 ? 'day' : 'days')
    : `${say(days, '天', days === 1 ? 'day' : 'days')} ${say(rest, '小时', 'h')}`
}

/** 04:12; never below 00:00 */
export function countdownText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / SECOND_MS))
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`
}

/** 138 **** 1234 from any canonical or typed number; empty stays empty. */
export function maskedPhone(phone: string | null | undefined): string {
  const digits = localDigits(phone)
  if (digits.length < 7) return digits ? `**** ${digits.slice(-2)}` : ''
  return `${digits.slice(0, 3)} **** ${digits.slice(-4)}`
}

/** The digits a Chinese number is known by: no +86, no extension. */
export function localDigits(phone: string | null | undefined): string {
  return (phone ?? '').replace(/^\+86|x\d+$/g, '').replace(/\D/g, '')
}

/** 85 米 ±30; 1.2 公里 ±30 */
export function distanceText(metres: number, accuracy: number | null, tongue: Tongue): string {
  const [metre, kilometre] = tongue === 'zh' ? ['米', '公里'] : ['m', 'km']
  const far = metres >= 1000
  const value = far ? (metres / 1000).toFixed(1) : String(Math.round(metres))
  const doubt = accuracy === null ? '' : ` ±${Math.round(accuracy)}`
  return `${value} ${far ? kilometre : metre}${doubt}`
}

/** ¥12,800 */
export function moneyText(yuan: number): string {
  return `¥${Math.round(yuan).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',')}`
}

/** 1.28万 on boards in Chinese; 12.8k in English */
export function boardMoneyText(yuan: number, tongue: Tongue): string {
  if (tongue === 'zh' && yuan >= 10_000) return `${trimmed(yuan / 10_000)}万`
  if (tongue === 'en' && yuan >= 1_000) return `${trimmed(yuan / 1_000)}k`
  return moneyText(yuan)
}

function nearWord(days: number, tongue: Tongue): string | undefined {
  const words: Record<number, [string, string]> = {
    [-1]: ['昨天', 'yesterday'], 0: ['今天', 'today'], 1: ['明天', 'tomorrow'],
  }
  return words[days]?.[tongue === 'zh' ? 0 : 1]
}

/**
 * Milliseconds a zone is ahead of UTC. Asking Intl costs tens of microseconds and a list asks
 * thousands of times; offsets change only on the quarter hour, so one answer serves each.
 */
function offsetOf(at: number, zone: string): number {
  if (zone in STEADY && at >= STEADY_SINCE) return STEADY[zone]!
  const quarter = Math.floor(at / QUARTER_MS)
  const key = `${zone} ${quarter}`
  const known = offsets.get(key)
  if (known !== undefined) return known
  if (offsets.size >= OFFSETS_MOST) offsets.clear()
  const start = quarter * QUARTER_MS
  const parts: Record<string, number> = {}
  for (const part of dialect(zone).formatToParts(start)) parts[part.type] = Number(part.value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = parts
  const offset = Date.UTC(year, month - 1, day, hour % 24, minute) - start
  offsets.set(key, offset)
  return offset
}

function dialect(zone: string): Intl.DateTimeFormat {
  const known = dialects.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric',
    hour: 'numeric', minute: 'numeric',
  })
  dialects.set(zone, made)
  return made
}

function asUtc(wall: Omit<Wall, 'weekday'>): number {
  return Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute)
}

function two(n: number): string {
  return String(n).padStart(2, '0')
}

function trimmed(n: number): string {
  return n.toFixed(2).replace(/\.?0+$/, '')
}
