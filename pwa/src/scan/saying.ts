import type { Key } from '../words'
import { hostOf, type Found } from './read'

/** What was found, in two or three words. */
export function titleOf(found: Found): Key {
  switch (found.kind) {
    case 'pass': return 'scan.found_pass'
    case 'person': return found.name ? 'scan.found_person' : 'scan.found_phone'
    case 'item': return found.sort === 'product' ? 'scan.found_product' : 'scan.found_device'
    case 'other': return hostOf(found.text) ? 'scan.found_address' : 'scan.found_other'
    default: return 'scan.found_poster'
  }
}
