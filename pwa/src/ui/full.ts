import { t } from '../words'

/** A PIN or a number of so many digits is whole, not full. */
const SHORTEST = 20

/** What is pasted beyond a limit the browser drops without a word. */
export function fullText(value: string, most: number | null | undefined): string {
  return most && most >= SHORTEST && value.length >= most ? t('ui.full', { n: most }) : ''
}
