import { beforeAll, describe, expect, test } from 'vitest'
import { learnRest } from '../words'
import { columnText, faultText, inOrder, isOldWorkbook, listTrouble, typeOf } from './lists'

beforeAll(learnRest)

describe('a staff list', () => {
  test('is what its name says, whatever the computer calls it', () => {
    expect(typeOf('名单.XLSX')).toContain('spreadsheetml')
    expect(typeOf('名单.csv')).toBe('text/csv')
    expect([isOldWorkbook('a.xls'), isOldWorkbook('a.xlsx')]).toEqual([true, false])
  })
  test('reads in the order of its lines, new people and changed ones mixed', () => {
    const told = { new: [{ line: 2, name: '顾敏' }, { line: 4, name: '何川' }], changed: [{ line: 3, name: '薄文', fields: ['store_ids'] }], same: 1, problems: [] }
    expect(inOrder(told).map(({ name, is_new }) => [name, is_new])).toEqual([['顾敏', true], ['薄文', false], ['何川', true]])
    expect(columnText('store_ids')).toBe('门店')
  })
  test('has its faults said by line and column', () => {
    expect(faultText({ line: 3, code: 'unknown', field: 'role', value: '总裁' })).toBe('第 3 行，角色：没有“总裁”。')
    expect(faultText({ line: 2, code: 'missing', field: 'name', value: '' })).toBe('第 2 行，姓名：没有填。')
    expect(faultText({ line: 2001, code: 'too_long', field: 'lines', value: '' })).toBe('一次最多 2000 行，请分几份导入。')
  })
  test('that could not be taken in says why', () => {
    const problems = [{ line: 3, code: 'taken', field: 'phone', value: '13800000003' }]
    expect(listTrouble(400, 'list_faulty', { problems })).toBe('第 3 行，手机：“13800000003”已经是别人的。')
    expect(listTrouble(400, 'list_unreadable', {})).toContain('打不开')
    expect(listTrouble(0, 'network', undefined)).toContain('没有网络')
  })
})
