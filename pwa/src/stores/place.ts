/** Where a store is, as somebody says it: from readings, or copied from a map. Pure. */

import type { Point, PointSource, Seen, StorePoint } from '../model'
import { toWgs84, type Datum } from '../visits/datum'
import { metresBetween } from '../visits/grade'

/** Whoever copies must say from where: nothing else tells the datum. */
export const COPIED = ['amap', 'tencent', 'baidu', 'apple', 'gps'] as const satisfies PointSource[]
const DATUMS: Record<PointSource, Datum> = { standing: 'wgs84', gps: 'wgs84', amap: 'gcj02', tencent: 'gcj02', apple: 'gcj02', baidu: 'bd09' }
/** Between two datums of one place lies about as much. */
const [LEAST_SHIFT_M, MOST_SHIFT_M] = [250, 1600]

export interface Said extends Point { source: PointSource; accuracy_m?: number; fixes?: number }

export function wgs84Of({ source, ...point }: Said): Point {
  return toWgs84(point, DATUMS[source])
}

/** As the server takes it: as received, with its datum. */
export function fieldsOf(store_id: string, said: Said): Record<string, unknown> {
  return { store_id, ...said, datum: DATUMS[said.source] }
}

/** How far it is from where the store was; and whether that looks like a datum mistaken for another. */
export function movedFrom(before: Point | null, said: Said): { metres: number; isSuspect: boolean } | null {
  if (!before) return null
  const metres = metresBetween(before, wgs84Of(said))
  return { metres, isSuspect: said.source !== 'standing' && metres > LEAST_SHIFT_M && metres < MOST_SHIFT_M }
}

/** What was said of one store, the latest first. */
export function historyOf(rows: Seen<StorePoint>[], store_id: string): Seen<StorePoint>[] {
  return rows.filter(({ body }) => body.store_id === store_id).sort((a, b) => b.at - a.at)
}
