import clerk from './clerk'
import collisions from './collisions'
import customers from './customers'
import desk from './desk'
import followups from './followups'
import identity from './identity'
import notify from './notify'
import people from './people'
import photos from './photos'
import pool from './pool'
import records from './records'
import routing from './routing'
import scan from './scan'
import stores from './stores'
import trust from './trust'
import visits from './visits'

/** What is said only after a tap: fetched behind the first page, and kept for use without a network. */
export const rest = { clerk, collisions, customers, desk, followups, identity, notify, people, photos, pool, records, routing, scan, stores, trust, visits }
