import type { Component } from 'svelte'
import type { Role } from '../model'
import Today from '../today/Today.svelte'
import { learnRest, type Key } from '../words'

type Page = Component<{ id?: string; open?: string }>
type Loader = () => Promise<{ default: Page | undefined }>

/* One lazy chunk for each page but the one that most people see first: that comes with the frame. */
const files = import.meta.glob<{ default: Page }>([
  '../customers/Customers.svelte', '../customers/Customer.svelte', '../customers/Deleted.svelte', '../customers/Register.svelte',
  '../followups/FollowUp.svelte', '../visits/Visit.svelte', '../scan/Scan.svelte', '../leads/Desk.svelte',
  '../leads/Bell.svelte', '../leads/Lead.svelte', '../clerk/Home.svelte', '../trust/Sync.svelte', '../identity/Me.svelte',
  '../pool/Pool.svelte', '../visits/WalkIn.svelte',
])

/** What is behind Me and the desk: its own list is fetched with it. */
const ROOM = 'room'
const ROUTES: [pattern: RegExp, page: string][] = [
  [/^\/customers$/, 'customers/Customers'],
  [/^\/customers\/deleted$/, 'customers/Deleted'],
  [/^\/customers\/(?<id>[^/]+)$/, 'customers/Customer'],
  [/^\/customers\/(?<id>[^/]+)\/follow$/, 'followups/FollowUp'],
  [/^\/pool$/, 'pool/Pool'],
  [/^\/register$/, 'customers/Register'],
  [/^\/scan$/, 'scan/Scan'],
  [/^\/visit$/, 'visits/Visit'],
  [/^\/walk-in$/, 'visits/WalkIn'],
  [/^\/desk$/, 'leads/Desk'],
  [/^\/leads\/(?<id>[^/]+)$/, 'leads/Lead'],
  [/^\/bell$/, 'leads/Bell'],
  [/^\/sync$/, 'trust/Sync'],
  [/^\/me$/, 'identity/Me'],
  [/^\/(?:me|desk)\/(?<room>[^/]+)\/?(?<id>[^/]*)$/, ROOM],
]
/** This page says itself when there is something on it. */
export const SAYS_WHEN = 'today/Today'
const HOMES: Record<Role, string> = {
  rep: SAYS_WHEN, clerk: 'clerk/Home', manager: SAYS_WHEN, area: 'leads/Desk', admin: 'leads/Desk',
}

/** On a wide screen these pages stand beside the list they were opened from. */
const BESIDE: Record<string, string> = { 'customers/Customer': 'customers/Customers' }

export interface Found { name: string; id: string; load: Loader | null; beside?: Loader | null }

/** The page at a path for a role; `load` is null where nothing is. */
export function findPage(path: string, role: Role): Found {
  if (path === '/') return { name: HOMES[role], id: '', load: loaderOf(HOMES[role]) }
  for (const [pattern, name] of ROUTES) {
    const match = pattern.exec(path)
    if (match && name === ROOM) return { name: path, id: decodeURIComponent(match.groups!.id!), load: roomOf(match.groups!.room!, match.groups!.id!) }
    if (match) return { name, id: decodeURIComponent(match.groups?.id ?? ''), load: loaderOf(name), beside: loaderOf(BESIDE[name] ?? '') }
  }
  return { name: '', id: '', load: null }
}

export interface Tab { path: string; word: Key; icon: 'home' | 'people' | 'scan' | 'pin' | 'me' | 'desk' | 'add'; big?: boolean }
const HOME: Tab = { path: '/', word: 'frame.today', icon: 'home' }
const CUSTOMERS: Tab = { path: '/customers', word: 'frame.customers', icon: 'people' }
const SCAN: Tab = { path: '/scan', word: 'frame.scan', icon: 'scan', big: true }
const DESK: Tab = { path: '/desk', word: 'frame.desk', icon: 'desk' }
const ME: Tab = { path: '/me', word: 'frame.me', icon: 'me' }

/** The tabs of a role, as people know them by word and place. */
export const TABS: Record<Role, Tab[]> = {
  rep: [HOME, CUSTOMERS, SCAN, { path: '/visit', word: 'frame.visit', icon: 'pin' }, ME],
  clerk: [{ ...HOME, word: 'frame.home' }, { path: '/register', word: 'frame.register', icon: 'add', big: true }, SCAN, ME],
  manager: [HOME, CUSTOMERS, SCAN, DESK, ME],
  area: [{ ...DESK, path: '/' }, ME],
  admin: [{ ...DESK, path: '/' }, ME],
}

/** The tab a path belongs to, for marking it. */
export function tabOf(path: string, tabs: Tab[]): Tab | undefined {
  return tabs.find((tab) => tab.path === path) ?? tabs.find((tab) => tab.path !== '/' && path.startsWith(`${tab.path}/`))
}

function roomOf(room: string, id: string): Loader {
  return async () => (await Promise.all([import('./rooms').then(({ enter }) => enter(room, id)), learnRest()]))[0]
}

function loaderOf(name: string): Loader | null {
  if (name === SAYS_WHEN) return async () => ({ default: Today as Page })
  const load = files[`../${name}.svelte`]
  return load ? async () => (await Promise.all([load(), learnRest()]))[0] : null
}
