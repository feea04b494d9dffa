const LONGEST_MS = 3000
let tell = () => {}
const drawn = new Promise<void>((resolve) => { tell = resolve })

/** The first page stands there with what it has to say: whatever else the phone wants to do may begin behind it. */
export function pictured(): void {
  requestAnimationFrame(() => setTimeout(tell))
}

/** Resolves then; in a tab that nobody looks at, or on a page that has nothing to say, after a while. */
export function afterFirstPicture(): Promise<void> {
  setTimeout(tell, LONGEST_MS)
  return drawn
}
