import type { AnyBody, Bodies, How, Purpose, Seen } from '../model'
import { ofKind } from '../customers/timeline'

export const PURPOSES: Purpose[] = ['service', 'marketing', 'photo']
/** The wordings in use; the server has the texts, at /consent/{version}. */
export const VERSIONS = { service: 'service-2', marketing: 'marketing-1', photo: 'photo-1' } as const satisfies Record<Purpose, string>

/** One thing that was said; `by` null is the customer, on the public page. `asked` with a registration, where both boxes stand. */
export interface Said { id: string; purpose: Purpose; given: boolean; version: string; how: How; note: string; at: number; by: string | null; link: boolean; asked?: boolean; unknown?: boolean }
export type Standing = 'yes' | 'no' | 'left' | 'unsaid'

/** Everything that was said in one tree, newest first. */
export function saidIn(tree: Seen<AnyBody>[]): Said[] {
  const registered = ofKind(tree, 'arrival').flatMap(({ id, at, by, body }) =>
    (body.consents ?? []).map((consent) => ({
      ...consent, id: `${id}-${consent.purpose}`, given: true, note: '', at, by, link: false, asked: true, unknown: body.unknown_words?.includes(consent.version) ?? false,
    })))
  const noted = ofKind(tree, 'consent').map(({ id, at, by, body: { purpose, given, version, how, note = '', arrival_id, handed_by } }) =>
    ({ id, purpose, given, version, how, note, at, by: by ?? handed_by ?? null, link: Boolean(arrival_id ?? handed_by) }))
  return [...registered, ...noted].sort((a, b) => b.at - a.at || Number(a.given) - Number(b.given))
}

/** What holds now: what was taken back is the server's to say, and so is marketing. */
export function standingOf(purpose: Purpose, customer: Bodies['customer'], said: Said[]): Standing {
  if (customer.withdrawn?.[purpose]) return 'no'
  if (purpose === 'marketing') return customer.marketing ? 'yes' : said.some(({ asked }) => asked) ? 'left' : 'unsaid'
  return said.some((one) => one.purpose === purpose && one.given) ? 'yes' : 'unsaid'
}
