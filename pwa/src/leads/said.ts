/** One memory of what was already read out, however many screens show the same offer. */

import { nothingHeard } from './clock'

export const heard = nothingHeard()
