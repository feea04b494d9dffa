/* Links that open a map, which asks the way. Each takes a place in its own datum; a customer's home has only words. */

import type { Point } from '../model'
import { toBd09, toGcj02 } from './datum'

export const MAPS = ['amap', 'tencent', 'baidu', 'apple'] as const
export type MapName = (typeof MAPS)[number]
export interface Target { name: string; point: Point | null }

const DIGITS = 6
const WAYS: Record<MapName, (target: { name: string; lat: string; lng: string }) => string> = {
  amap: ({ name, lat, lng }) => `https://uri.amap.com/navigation?${query({ to: `${lng},${lat},${name}`, mode: 'car', coordinate: 'gaode', callnative: '1' })}`,
  tencent: ({ name, lat, lng }) => `https://apis.map.qq.com/uri/v1/routeplan?${query({ type: 'drive', to: name, tocoord: `${lat},${lng}`, referer: 'shopbell' })}`,
  baidu: ({ name, lat, lng }) => `https://api.map.baidu.com/marker?${query({ location: `${lat},${lng}`, title: name, content: name, coord_type: 'bd09ll', output: 'html', src: 'shopbell' })}`,
  apple: ({ name, lat, lng }) => `https://maps.apple.com/?${query({ daddr: `${lat},${lng}`, q: name })}`,
}
const WORDS: Record<MapName, (name: string) => string> = {
  amap: (name) => `https://uri.amap.com/search?${query({ keyword: name, callnative: '1' })}`,
  tencent: (name) => `https://apis.map.qq.com/uri/v1/search?${query({ keyword: name, referer: 'shopbell' })}`,
  baidu: (name) => `https://api.map.baidu.com/geocoder?${query({ address: name, output: 'html', src: 'shopbell' })}`,
  apple: (name) => `https://maps.apple.com/?${query({ q: name })}`,
}

export function linkTo(map: MapName, { name, point }: Target): string {
  if (!point) return WORDS[map](name)
  const { lat, lng } = map === 'baidu' ? toBd09(point) : toGcj02(point)
  return WAYS[map]({ name, lat: lat.toFixed(DIGITS), lng: lng.toFixed(DIGITS) })
}

function query(of: Record<string, string>): string {
  return new URLSearchParams(of).toString()
}

/** Two numbers as a map shows them, in either order; null for what is no place. Where both would do, latitude comes first. */
export function pasted(text: string): Point | null {
  const numbers = text.match(/-?\d+(?:\.\d+)?/g)?.map(Number) ?? []
  if (numbers.length !== 2) return null
  const [one, other] = numbers as [number, number]
  const [lat, lng] = Math.abs(one) > 90 ? [other, one] : [one, other]
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? { lat, lng } : null
}
