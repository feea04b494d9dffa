/** What people who left still have, until somebody hands it over. */

import type { Bodies, Left, LeftBehind, Seen } from '../model'
import { t } from '../words'

/** The latest first: what this person is to hand over. */
export function leftBehind(rows: Seen<Bodies['notice']>[], staff_id: string): Seen<LeftBehind>[] {
  return rows.filter((row): row is Seen<LeftBehind> => row.body.kind === 'left_behind' && row.body.to_id === staff_id && row.body.ended_at === null)
    .sort((a, b) => b.body.at - a.body.at)
}

/** 陈晨已离职，还有 12 位客户、3 条线索没有交接 */
export function leftBehindText(name: string, left: Left): string {
  return t('people.left_behind', { name, left: leftText(left) })
}

function leftText({ customers, leads }: Left): string {
  const counted = [customers ? t('people.left_customers', { n: customers }) : '', leads ? t('people.left_leads', { n: leads }) : '']
  return counted.filter(Boolean).join(t('ui.pause'))
}
