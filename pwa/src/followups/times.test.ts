import { describe, expect, it } from 'vitest'
import { clockText, dayText } from '../words/format'
import { fieldTime, nextHour, quickTimes, timeOfField } from './times'

const ZONE = 'Asia/Shanghai'
const SATURDAY = Date.UTC(2026, 10, 21, 6, 5)

describe('the next time', () => {
  it('is offered for tomorrow, in three days and on the coming Saturday, at ten', () => {
    const shown = quickTimes(SATURDAY, ZONE).map(({ at }) => `${dayText(at, ZONE, 'zh')} ${clockText(at, ZONE)}`)
    expect(shown).toEqual(['11月22日 周日 10:00', '11月24日 周二 10:00', '11月28日 周六 10:00'])
  })
  it('survives the field it is typed in', () => {
    const at = nextHour(SATURDAY)
    expect(fieldTime(at, ZONE)).toBe('2026-11-21T15:00')
    expect(timeOfField('2026-11-21T15:00', ZONE)).toBe(at)
    expect(timeOfField('', ZONE)).toBeNull()
  })
})
