import { call } from '../phone/api'
import { now } from '../phone/clock'
import { zone } from '../phone/session'
import type { WhyRevoked } from '../sync/wire'
import { currentTongue, t } from '../words'
import { agoText } from '../words/format'

/** A device that may send, as GET /api/devices tells of it. */
export interface Device { id: string; name: string; shared: boolean; staff_id: string; staff_name: string; last_seen_at: number | null; pending: number | null; revoked_at: number | null }

export const WHYS = ['lost', 'replaced', 'compromised'] as const satisfies WhyRevoked[]

/** Those of oneself and of the people one leads; null without an answer. */
export async function fetchDevices(): Promise<Device[] | null> {
  const answer = await call<{ devices: Device[] }>('GET', '/api/devices')
  return answer.body?.devices.filter(({ revoked_at }) => !revoked_at) ?? null
}

/** Whether the server has done it. */
export async function revoke({ id }: Device, why: WhyRevoked): Promise<boolean> {
  return (await call('DELETE', `/api/devices/${id}?why=${why}`)).ok
}

/** 自己的手机 · 3 分钟前 · 有 2 条未同步 */
export function seenText({ shared, last_seen_at, pending }: Device): string {
  const seen = last_seen_at ? agoText(last_seen_at, now(), zone(), currentTongue()) : ''
  const left = pending ? t('identity.device_left', { n: pending }) : ''
  return [t(shared ? 'identity.shared_phone' : 'identity.own_phone'), seen, left].filter(Boolean).join(' · ')
}
