/** True from 1024 px: list and detail side by side. */

import { readable } from 'svelte/store'

export const wide = readable(false, (set) => {
  const query = matchMedia('(min-width: 1024px)')
  const tell = () => set(query.matches)
  tell()
  query.addEventListener('change', tell)
  return () => query.removeEventListener('change', tell)
})
