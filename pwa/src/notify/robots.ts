/** Robots in the store's chat groups and one's own mailbox, as the server tells of them; and how their state reads. */

import { call } from '../phone/api'
import { now } from '../phone/clock'
import { zone } from '../phone/session'
import { newId } from '../sync/uuid7'
import { currentTongue, t, type Key } from '../words'
import { momentText } from '../words/format'

export const GROUPS = ['wecom', 'dingtalk', 'feishu'] as const
export type Group = (typeof GROUPS)[number]
export type Kind = Group | 'mail'
/** A message that was given up, and why. */
export interface Letter { id: string; body: string; rung_at: number; failed_at: number; error: string | null; detail: string | null }
/** `hint`: enough of its address to tell two apart. `error` is a code; null since the last success. */
export interface Robot {
  id: string; kind: Kind; store_id: string | null; name: string; urgent_only: boolean; hint: string; has_secret: boolean; enabled: boolean
  sent_at: number | null; error: string | null; detail: string | null; error_at: number | null; next_at: number
  waiting: number; dead: number; letters: Letter[]
}
export interface Robots { robots: Robot[]; mail: boolean }
export interface Said { verdict: 'sent' | 'too_long' | 'over_limit' | 'failed' | 'refused'; code: string | null; detail: string }
/** What was typed; an empty `url` or `secret` keeps the one that is there. */
export interface Draft { url: string; secret: string; name: string; urgent_only: boolean }

const TEST_MS = 30_000
const of = (id: string) => `/api/robots/${encodeURIComponent(id)}`

/** null without an answer. */
export async function askRobots(): Promise<Robots | null> {
  return (await call<Robots>('GET', '/api/robots')).body
}

/** '' when it is done, else the code of why not. */
export async function add(draft: Draft, kind: Kind, store_id: string | null, id = newId()): Promise<string> {
  const place = store_id === null ? {} : { store_id }
  return whyNot(await call('POST', '/api/robots', { id, kind, url: draft.url.trim(), secret: draft.secret.trim(), name: draft.name.trim(), urgent_only: draft.urgent_only, ...place }))
}

/** Only what was typed or tapped is changed. */
export async function change(robot: Robot, { url, secret, name, urgent_only }: Draft): Promise<string> {
  const wish = {
    ...(url.trim() && { url: url.trim() }), ...(secret.trim() && { secret: secret.trim() }),
    ...(name.trim() !== robot.name && { name: name.trim() }), ...(urgent_only !== robot.urgent_only && { urgent_only }),
  }
  if (Object.keys(wish).length === 0) return ''
  return whyNot(await call('PATCH', of(robot.id), wish))
}

export async function turn(robot: Robot, enabled: boolean): Promise<string> {
  return whyNot(await call('PATCH', of(robot.id), { enabled }))
}

export async function remove(robot: Robot): Promise<string> {
  return whyNot(await call('DELETE', of(robot.id)))
}

/** All of a robot's dead letters, or one. */
export async function retry(robot: Robot, letter?: Letter): Promise<string> {
  return whyNot(await call('POST', `${of(robot.id)}/retry`, letter ? { messages: [letter.id] } : {}))
}

/** Sends a message now; the sentence says what became of it. */
export async function tryOut(robot: Robot): Promise<{ good: boolean; text: string }> {
  const answer = await call<Said>('POST', `${of(robot.id)}/test`, {}, TEST_MS)
  if (!answer.body) return { good: false, text: faultText(answer.code) }
  const good = answer.body.verdict === 'sent'
  return { good, text: good ? t(robot.kind === 'mail' ? 'notify.test_mailed' : 'notify.test_sent') : reasonText(answer.body.code, answer.body.detail) }
}

function whyNot({ ok, code }: { ok: boolean; code: string }): string {
  return ok ? '' : code
}

const PATHS: Record<Group, RegExp> = { wecom: /\/cgi-bin\/webhook\/send\?/, dingtalk: /\/robot\/send\?/, feishu: /\/open-apis\/bot\/v2\/hook\// }

/** Whose robot an address belongs to; null for none that we know. */
export function kindOf(url: string): Group | null {
  return GROUPS.find((kind) => PATHS[kind].test(url)) ?? null
}

/** What people call it, or what it is and the end of its address. */
export function nameOf({ name, kind, hint }: Robot): string {
  return name || `${t(`notify.${kind}`)} ${hint}`.trim()
}

/** 企业微信 signs nothing: its address is its secret. */
export function isSigned(kind: Kind | null): boolean {
  return kind === 'dingtalk' || kind === 'feishu'
}

const REASONS = [
  'bad_key', 'bad_sign', 'bad_time', 'bad_ip', 'no_keyword', 'removed', 'over_limit', 'too_long', 'timeout', 'unreachable',
  'garbage', 'http', 'rejected', 'switched_off', 'no_mail', 'bad_login', 'bad_address', 'lost_key',
]
/** Ours alone: what the other side said adds nothing to them. */
const PLAIN = ['bad_key', 'timeout', 'unreachable', 'garbage', 'switched_off', 'no_mail', 'over_limit']

/** Why a message did not arrive, in plain words, with the other side's where they help. */
export function reasonText(code: string | null, detail: string | null): string {
  const ours = t((code && REASONS.includes(code) ? `notify.why_${code}` : 'notify.why_other') as Key)
  return detail && !PLAIN.includes(code ?? '') ? `${ours}${t('notify.they_said', { words: detail })}` : ours
}

const FAULTS = ['network', 'not_the_vendor', 'not_a_robot', 'not_an_address', 'too_many_robots', 'robot_busy', 'not_found']

/** Why the server did not do what was asked. */
export function faultText(code: string): string {
  return t((FAULTS.includes(code) ? `notify.fault_${code}` : 'notify.fault_other') as Key)
}

export interface Standing { word: string; tone: 'green' | 'amber' | 'red' | 'plain'; line: string }

/** A robot's state as a word, and a line that says more. */
export function standingOf(robot: Robot): Standing {
  const at = (ms: number) => momentText(ms, now(), zone(), currentTongue())
  const sent = robot.sent_at === null ? t('notify.never') : t('notify.sent_at', { when: at(robot.sent_at) })
  const queue = robot.waiting ? t('notify.waiting', { n: robot.waiting }) : ''
  const dead = robot.dead ? t('notify.dead', { n: robot.dead }) : ''
  const line = [sent, queue, dead].filter(Boolean).join(' · ')
  if (!robot.enabled) return { word: t('notify.state_off'), tone: 'plain', line }
  if (robot.error === 'over_limit') return { word: t('notify.state_resting'), tone: 'amber', line }
  if (robot.error || robot.dead) return { word: t('notify.state_bad'), tone: 'red', line }
  if (robot.waiting) return { word: t('notify.state_queue'), tone: 'amber', line }
  return robot.sent_at === null ? { word: t('notify.state_new'), tone: 'plain', line } : { word: t('notify.state_good'), tone: 'green', line }
}
