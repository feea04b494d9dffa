import { expect, it } from 'vitest'
import door from './zh/door'
import { en } from './en'
import { zh } from './zh'
import { rest } from './zh/rest'

it('English is said in the order of the Chinese keys, from which a built app has its own', () => {
  const chinese: Record<string, object> = { ...zh, ...rest, door }
  for (const [slice, said] of Object.entries(en)) expect(Object.keys(said), slice).toEqual(Object.keys(chinese[slice] ?? {}))
})
