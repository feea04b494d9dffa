/** Numbers of goods and devices: what bars say, and QR codes of type plates. Pure. */

export interface Item { kind: 'item'; sort: 'product' | 'device'; code: string }

export const QR = 'qr_code'
/** Asked of every reader. Those of a shop's goods; others would only be found where none is. */
export const FORMATS = [QR, 'ean_13', 'ean_8', 'upc_a', 'upc_e', 'code_128'] as const
export type Format = (typeof FORMATS)[number]

const GTIN_LENGTHS = [8, 12, 13, 14]
const LONGEST = 64
const LABELLED = /^(?:s\/?n|serial(?: ?(?:no|number))?|device ?id|imei|mac|编号|序列号|产品编号|设备编号|机身号|型号)\.?\s*[:：#=]\s*([A-Z0-9][A-Z0-9._/:-]{3,63})$/i
/** Capitals and digits, at least three of these: as type plates are printed. */
const PLATE = /^(?=.*\d.*\d.*\d)(?=.*[A-Z])[A-Z0-9]+(?:[-_/.][A-Z0-9]+)*$/
/** As long as the code of a pass: typed with a letter that no pass has, it is more likely a slip. */
const PASS_LENGTH = 8

/** What bars say is a number of goods, whatever else it looks like; null for bars whose check digit is wrong. */
export function barred(text: string, format: string): Item | null {
  if (format === 'code_128') return text && text.length <= LONGEST ? product(text) ?? device(text) : null
  return product(format === 'upc_e' ? expanded(text) : text)
}

/** A text that was typed or stood in a QR code. */
export function numbered(text: string, scanned: boolean): Item | null {
  const named = LABELLED.exec(text)?.[1]
  if (named) return device(named)
  if (GTIN_LENGTHS.includes(text.length) && product(text)) return product(text)
  const plausible = text.length >= 6 && text.length <= LONGEST && PLATE.test(text)
  return plausible && (scanned || text.length !== PASS_LENGTH) ? device(text) : null
}

/** A GTIN in its usual length: twelve digits where thirteen would begin with a nought. */
function product(digits: string): Item | null {
  if (!/^\d+$/.test(digits) || !GTIN_LENGTHS.includes(digits.length) || !isChecked(digits)) return null
  return { kind: 'item', sort: 'product', code: digits.length === 13 ? digits.replace(/^0/, '') : digits }
}

function device(code: string): Item {
  return { kind: 'item', sort: 'device', code }
}

/** From the right, every second digit counts three times; with the check digit all of it is divisible by ten. */
function isChecked(digits: string): boolean {
  const sum = [...digits].reverse().reduce((all, digit, nth) => all + Number(digit) * (nth % 2 ? 3 : 1), 0)
  return sum % 10 === 0 && Number(digits) > 0
}

/** UPC-E leaves noughts out: the last digit of its six says where. A reader may have put them in already. */
function expanded(text: string): string {
  const match = /^([01])(\d\d)(\d)(\d)(\d)(\d)(\d)$/.exec(text)
  if (!match) return text
  const [, system, two, c, d, e, last, check] = match as unknown as string[]
  if (last! <= '2') return `${system}${two}${last}0000${c}${d}${e}${check}`
  if (last === '3') return `${system}${two}${c}00000${d}${e}${check}`
  if (last === '4') return `${system}${two}${c}${d}00000${e}${check}`
  return `${system}${two}${c}${d}${e}0000${last}${check}`
}
