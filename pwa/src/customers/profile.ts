import type { Bodies } from '../model'
import { setChange } from './standing'

/** The fields a person may edit, in the order of the sheet. */
export const EDITABLE = [
  'name', 'salutation', 'phone', 'tier', 'need', 'budget', 'community', 'house_type', 'wechat', 'move_in', 'tags',
] as const
export type Editable = (typeof EDITABLE)[number]
export type Profile = Pick<Bodies['customer'], Editable>
export const LIMITS: Partial<Record<Editable, number>> = {
  name: 40, salutation: 20, phone: 20, need: 200, budget: 40, community: 60, house_type: 40,
  wechat: 40, move_in: 20,
}
const TAGS_MOST = 20
const TAG_LONGEST = 20

/** What the sheet starts from. */
export function profileOf(customer: Bodies['customer']): Profile {
  const profile = Object.fromEntries(EDITABLE.map((field) => [field, customer[field] ?? ''])) as unknown as Profile
  return { ...profile, tier: customer.tier ?? null, tags: [...(customer.tags ?? [])] }
}

/** Only the fields that now differ; text is compared without its outer spaces. Of tags, those that came and went: others may change them too. */
export function changes(before: Profile, after: Profile): Record<string, unknown> {
  const changed: Record<string, unknown> = {}
  for (const field of EDITABLE) {
    if (field === 'tags') continue
    const [was, is] = [plain(before[field]), plain(after[field])]
    if (JSON.stringify(was) !== JSON.stringify(is)) changed[field] = is
  }
  const tags = setChange(before.tags, after.tags)
  return tags.add.length + tags.remove.length ? { ...changed, tags } : changed
}

/** "老客户，要发票 " becomes two tags; none twice. */
export function tagsOf(text: string): string[] {
  return [...new Set(text.split(/[,，、;；\n]+/).map((tag) => tag.trim()).filter(Boolean))]
}

/** What is too much is said, not cut. */
export function areTooMuch(tags: string[]): boolean {
  return tags.length > TAGS_MOST || tags.some(({ length }) => length > TAG_LONGEST)
}

function plain(value: Profile[Editable]): unknown {
  return typeof value === 'string' ? value.trim() : value
}
