/* A mirror of the server's rule for mainland mobiles (tests/vectors/phone.json); others are the server's to judge. */

const NOISE = /[\s().\-[\]/·\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060\u2212\ufeff]+/g
const COUNTRY = '(?:(?:\\+|00)?86)?'
const IP_DIAL = '(?:17951|17950|17911|17909|17901|12593|10193)?'
const MAINLAND = new RegExp(`^${COUNTRY}${IP_DIAL}${COUNTRY}0?(1[3-9][0-9]{9})$`)

/** +86 and eleven digits if this is a mainland mobile however it was typed, else null. */
export function canonicalPhone(raw: string): string | null {
  const found = MAINLAND.exec(raw.normalize('NFKC').replace(NOISE, ''))
  return found ? `+86${found[1]}` : null
}
