/** What a locked phone says: the server sends codes and a masked name, the sentences are here. Used by the service worker. */

export interface Ring { kind: string; name: string; store: string; waited_s: number; lead_id: string | null; count?: number; staff_id?: string; store_id?: string }
export interface Said { title: string; body: string; path: string; tag: string }

const ZH = {
  offer: '新客，请接单', nudge: '请接单', next: '转派给你，请接单', warning: '快超时了，请接单', escalated: '升级给你处理', first_follow_up: '该首次跟进了', ring: '客户又来了', away: '暂不给你派单，回来了点“我在”', release_warning: '有客户要回公共池，请尽快联系', released: '你的客户回了公共池', reclaimed: '有客户收回了公共池', collision: '撞单，请你定', left_behind: '离职同事的客户还没有交接', corrects: '客户说资料有误', asks_erasure: '有人要求删除资料，请先核实', withdrew: '客户撤回了同意，不要再联系', erasure_due: '有人要求删除资料，请处理', self_erased: '客户撤回同意，资料已删除', foreign_code: '店里查到假码，请马上处理', other: '门铃响了',
  customer: '客户', customers: '{n} 位客户', waited: '已等 {n} 分钟', mark: '：', pause: '，',
}
const EN: typeof ZH = {
  offer: 'New customer: please accept', nudge: 'Please accept', next: 'Passed on to you: please accept', warning: 'Time is nearly up: please accept', escalated: 'Escalated to you', first_follow_up: 'First follow-up is due', ring: 'A customer is back', away: 'No new leads for now: tap “I’m here” once you are back', release_warning: 'Customers are about to go to the pool: get in touch', released: 'Customers of yours went to the pool', reclaimed: 'Customers were taken back to the pool', collision: 'A double registration waits for your decision', left_behind: 'A leaver’s customers wait to be handed over', corrects: 'A customer says something is wrong', asks_erasure: 'Somebody asks to be erased: make sure who it is', withdrew: 'A customer withdrew: do not contact them', erasure_due: 'Somebody waits to be erased', self_erased: 'A customer withdrew and was erased', foreign_code: 'A fake code was found: act now', other: 'The bell rang',
  customer: 'A customer', customers: '{n} customers', waited: 'waiting {n} min', mark: ': ', pause: ', ',
}

/** About no one customer. */
const NAMELESS = ['away', 'left_behind', 'self_erased', 'foreign_code']

/** Whatever came, something is said: a push without a notice costs the subscription on some phones. */
export function saidOf(text: string, language: string): Said {
  const words = language.toLowerCase().startsWith('en') ? EN : ZH
  const ring = read(text)
  const minutes = Math.floor((ring.waited_s ?? 0) / 60)
  const name = (ring.count ?? 1) > 1 ? words.customers.replace('{n}', String(ring.count)) : ring.name || words.customer
  const who = [ring.store, NAMELESS.includes(ring.kind ?? '') && (ring.count ?? 1) < 2 ? '' : name].filter(Boolean).join(words.mark)
  return {
    title: words[ring.kind as keyof typeof ZH] ?? words.other,
    body: minutes ? `${who}${words.pause}${words.waited.replace('{n}', String(minutes))}` : who,
    path: pathOf(ring),
    tag: ring.lead_id ?? ring.staff_id ?? ring.store_id ?? ring.kind ?? 'shopbell',
  }
}

function pathOf({ kind, lead_id, staff_id, store_id }: Partial<Ring>): string {
  if (lead_id) return `/leads/${encodeURIComponent(lead_id)}`
  if (staff_id) return `/me/people/${encodeURIComponent(staff_id)}?open=handover`
  if (store_id) return `/me/codes?store=${encodeURIComponent(store_id)}`
  return kind === 'release_warning' ? '/customers' : '/'
}

function read(text: string): Partial<Ring> {
  try {
    const told = JSON.parse(text) as Partial<Ring> | null
    return told && typeof told === 'object' ? told : {}
  } catch {
    return {}
  }
}
