import frame from './frame'
import leads from './leads'
import phone from './phone'
import today from './today'
import ui from './ui'
import type door from './door'
import type { rest } from './rest'

/** What the first page may say. Everything else follows right after it; see rest.ts. */
export const zh = { frame, leads, phone, today, ui }
export type Catalogue = typeof zh & typeof rest & { door: typeof door }
/** Another language says everything Chinese says: a missing or surplus key does not compile. */
export type Translation = { [S in keyof Catalogue]: { [K in keyof Catalogue[S]]: string } }
