/** A staff list in a file: what the server says it would do, and what it did. */

import { call } from '../phone/api'
import type { Told } from '../phone/api'
import { t } from '../words'

export interface Fault { line: number; code: string; field: string; value: string }
export interface Line { line: number; name: string; fields?: string[] }
export interface Introduction { name: string; login: string; link: string }
export interface ListTold { new: Line[]; changed: Line[]; same: number; problems: Fault[]; links?: Introduction[] }

const EXCEL = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const LONG_MS = 60_000

/** `dry`: only to hear what it would do. */
export function sendList(file: File, dry: boolean) {
  return call<ListTold>('POST', `/api/staff-list${dry ? '?dry=1' : ''}`, new Blob([file], { type: typeOf(file.name) }), LONG_MS)
}

/** By the name: a phone or an office computer calls a CSV what it likes. */
export function typeOf(name: string): string {
  return /\.xlsx$/i.test(name) ? EXCEL : 'text/csv'
}

/** Workbooks of before 2007 are something else altogether. */
export const isOldWorkbook = (name: string) => /\.xls$/i.test(name)

const COLUMNS = ['name', 'login', 'phone', 'role', 'stores', 'accepts_leads', 'skills', 'external_id', 'state'] as const
const CODES = ['missing', 'unknown', 'bad_phone', 'too_long', 'taken', 'twice', 'protected'] as const

export function columnText(field: string): string {
  const column = COLUMNS.find((each) => each === field || (each === 'stores' && field === 'store_ids'))
  return column ? t(`people.column_${column}`) : ''
}

/** 第 3 行，角色：没有“总裁”这个选项 */
export function faultText({ line, code, field, value }: Fault): string {
  if (field === 'lines') return t('people.list_too_long', { n: line - 1 })
  const known = CODES.find((each) => each === code)
  const why = known ? t(`people.fault_${known}`, { value }) : code
  return t('people.fault', { line, column: columnText(field), why })
}

/** Every person of the list that something would happen to, as the lines stand there. */
export function inOrder(told: ListTold): (Line & { is_new: boolean })[] {
  const lines = [...told.new.map((each) => ({ ...each, is_new: true })), ...told.changed.map((each) => ({ ...each, is_new: false }))]
  return lines.sort((a, b) => a.line - b.line)
}

export function listTrouble(status: number, code: string, told: Told | undefined): string {
  if (status === 0) return t('people.list_offline')
  if (status === 413) return t('people.list_too_large')
  if (code === 'list_unreadable') return t('people.list_unreadable')
  const faults = Array.isArray(told?.problems) ? (told.problems as Fault[]) : []
  return faults.map(faultText).join('') || t('people.failed')
}
