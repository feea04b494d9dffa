import type { Tongue } from './format'
import { zh, type Catalogue } from './zh'

/** Every sentence has a name: the slice, a dot, the key. */
export type Key = { [S in keyof Catalogue]: `${S}.${Extract<keyof Catalogue[S], string>}` }[keyof Catalogue]
export type Params = Record<string, string | number>
type Loose = Record<string, Record<string, string>>

let chinese: Loose = zh as Loose
const spoken = $state<{ now: { tongue: Tongue; words: Loose } }>({ now: { tongue: 'zh', words: zh as Loose } })

/** The sentence in the reader's language; `{name}` is filled from params. Reactive inside components. */
export function t(key: Key, params?: Params): string {
  const dot = key.indexOf('.')
  const sentence = spoken.now.words[key.slice(0, dot)]?.[key.slice(dot + 1)] ?? key
  if (!params) return sentence
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole))
}

/** 'zh' or 'en'; reactive. */
export function currentTongue(): Tongue {
  return spoken.now.tongue
}

/** Speaks another language; English is fetched the first time. */
export async function setTongue(tongue: Tongue): Promise<void> {
  spoken.now = { tongue, words: tongue === 'en' ? await english() : chinese }
  if (typeof document !== 'undefined') document.documentElement.lang = tongue === 'en' ? 'en' : 'zh-CN'
}

/** Sentences get their keys from the Chinese ones, in whose order they are: as built, they bring none of their own. */
async function english(): Promise<Loose> {
  const [{ en }] = await Promise.all([import('./en'), learnRest()])
  return Object.fromEntries(Object.entries(en).map(([slice, said]) => [slice, named(chinese[slice] ?? {}, Object.values(said))]))
}

function named(chinese: Record<string, string>, sentences: string[]): Record<string, string> {
  return Object.fromEntries(Object.keys(chinese).map((key, i) => [key, sentences[i] ?? key]))
}

/** Fetches what only later pages say; resolves at once when it is here. */
export async function learnRest(): Promise<void> {
  const [{ rest }] = await Promise.all([import('./zh/rest'), learnDoor()])
  if (!chinese.trust) learn(rest)
}

/** Fetches what is said to whoever comes in, a little of the rest. */
export async function learnDoor(): Promise<void> {
  if (!chinese.door) learn({ door: (await import('./zh/door')).default })
}

function learn(more: Loose): void {
  chinese = { ...chinese, ...more }
  if (spoken.now.tongue === 'zh') spoken.now = { tongue: 'zh', words: chinese }
}

/** What a browser's own language suggests: Chinese unless it clearly prefers English. */
export function followBrowser(languages: readonly string[]): Tongue {
  const first = languages.find((language) => /^(zh|en)/i.test(language))
  return first?.toLowerCase().startsWith('en') ? 'en' : 'zh'
}
