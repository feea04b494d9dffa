import { expect, it } from 'vitest'
import { toBd09, toGcj02 } from '../visits/datum'
import { metresBetween } from '../visits/grade'
import { fieldsOf, movedFrom, wgs84Of } from './place'

const STORE = { lat: 31.2304, lng: 121.4737 }

it('a point copied from a map is sent as it was copied, with its datum, and lies where the map means', () => {
  const copied = { ...toBd09(STORE), source: 'baidu' as const }
  expect(fieldsOf('rm', copied)).toEqual({ store_id: 'rm', ...copied, datum: 'bd09' })
  expect(metresBetween(wgs84Of(copied), STORE)).toBeLessThan(0.001)
})
it('a datum taken for another is noticed by how far the store would move', () => {
  const mistaken = { ...toGcj02(STORE), source: 'gps' as const }
  expect(movedFrom(STORE, mistaken)).toMatchObject({ isSuspect: true })
  expect(movedFrom(STORE, { ...mistaken, source: 'amap' })).toMatchObject({ isSuspect: false })
  expect(movedFrom(STORE, { lat: 31.5, lng: 121.4737, source: 'gps' })).toMatchObject({ isSuspect: false })
  expect(movedFrom(null, mistaken)).toBeNull()
})
