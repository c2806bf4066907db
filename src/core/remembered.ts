// What was made of a text, remembered: most texts on the wire are those that came last.

/** How many texts are remembered, those asked for last. */
const textsMax = 64

/** Longer texts are not worth their memory, and rarely come twice. */
const lengthMax = 512

/** Returns a function of a text that knows what it has said last. What it returns is nobody's to change. */
export function remembered<T extends object>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const made = make(text) // What throws is asked again.
    if (text.length > lengthMax) return made
    if (known.size >= textsMax) for (const oldest of known.keys()) if (known.size >= textsMax) known.delete(oldest)
    known.set(text, made)
    return made
  }
}
