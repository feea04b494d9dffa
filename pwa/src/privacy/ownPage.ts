import { call } from '../phone/api'

/** The way to a customer's own page, for whoever stands before us. */
export interface OwnLink { link: string; expires_at: number }

/** `no_phone`, or '' without a network: the page asks for the end of the number. */
export async function askOwnLink(customer_id: string): Promise<OwnLink | 'no_phone' | ''> {
  const { body, code } = await call<OwnLink>('POST', `/api/customers/${encodeURIComponent(customer_id)}/own-link`)
  return body ?? (code === 'no_phone' ? code : '')
}

export const fileOf = (customer_id: string) => `/api/customers/${encodeURIComponent(customer_id)}/data.zip`
