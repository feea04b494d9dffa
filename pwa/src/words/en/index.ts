import clerk from './clerk'
import collisions from './collisions'
import customers from './customers'
import desk from './desk'
import followups from './followups'
import frame from './frame'
import identity from './identity'
import leads from './leads'
import notify from './notify'
import people from './people'
import phone from './phone'
import photos from './photos'
import pool from './pool'
import records from './records'
import routing from './routing'
import scan from './scan'
import stores from './stores'
import today from './today'
import trust from './trust'
import ui from './ui'
import visits from './visits'
import voice from './voice'

import type { Translation } from '../zh'

export const en: Translation = {
  clerk, collisions, customers, desk, followups, frame, identity, leads, notify, people, phone, photos, pool, records, routing, scan, stores, today, trust, ui, visits, voice,
}
