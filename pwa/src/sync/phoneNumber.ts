/* A mirror of the server's rules (tests/vectors/phone.json). What this phone cannot read the server may; what it reads
   otherwise than the server is stored as the server reads it. */

const NOISE = /[\s().\-[\]/·\u00ad\u180e\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060-\u206f\u2212\ufeff]+/g
const COUNTRY = '(?:(?:\\+|00)?86)?'
const IP_DIAL = '(?:17951|17950|17911|17909|17901|12593|10193)?'
const ADDED = '(?:转|轉|分机|分機|ext|x|#|,)([0-9]{1,6})'
const MAINLAND = new RegExp(`^${COUNTRY}${IP_DIAL}${COUNTRY}0?(1[3-9][0-9]{9})(?:${ADDED})?$`, 'i')
const DASHED = /^(\(?0[0-9]{2,3}\)?[\s-]?[0-9]{7,8})-([0-9]{1,6})$/
const LANDLINE = new RegExp(`^(?:(?:\\+|00)86)?0?(10|2[0-9]|[3-9][0-9]{2})([1-9][0-9]{6,7})(?:${ADDED})?$`, 'i')
const HOTLINE = /^(?:(?:\+|00)86)?([48]00[0-9]{7})$/
const NEIGHBOUR = /^(?:\+|00)?(?:(85[23])([2-9][0-9]{7})|(886)0?([2-9][0-9]{7,8}))$/
const ABROAD = /^(?:\+|00)([1-9][0-9]{7,14})$/

/** The one spelling of a number: +86 and eleven digits for a mainland mobile however it was typed; null for what is none. */
export function canonicalPhone(raw: string): string | null {
  const folded = raw.normalize('NFKC').replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) % 16)).trim()
  const plain = folded.replace(DASHED, '$1x$2').replace(NOISE, '')
  const mobile = MAINLAND.exec(plain)
  return mobile ? `+86${mobile[1]}` : otherPhone(plain.replace(new RegExp(`^${IP_DIAL}(?=[0+])`), ''))
}

function otherPhone(plain: string): string | null {
  const near = NEIGHBOUR.exec(plain)
  if (near) return `+${near[1] ?? near[3]}${near[2] ?? near[4]}`
  const hotline = HOTLINE.exec(plain)
  if (hotline) return `+86${hotline[1]}`
  const line = /^(?:0|\+86)/.test(plain) ? LANDLINE.exec(plain) : null
  if (line) return `+86${line[1]}${line[2]}${line[3] ? `x${line[3]}` : ''}`
  const abroad = ABROAD.exec(plain)
  return abroad && !abroad[1]!.startsWith('86') ? `+${abroad[1]}` : null
}
