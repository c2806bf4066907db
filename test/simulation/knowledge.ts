// What a page must know of what other pages have seen and done: the happened-before between the pages
// of one browser, as the client promises it, and not as it keeps it.
//
// Whatever a page has been shown or has caused reaches others by three ways: the mirror, the disk, and
// a token. At each, the place learns all that the page knew of itself at that moment, and whoever
// comes there later learns all that the place knows. What was on no such way is lost with its page,
// and nobody may be blamed for it.
//
// K1. A place learns at the moment at which the client has promised it: the mirror in the step in which
//     a write is acknowledged and when a flush begins, the disk when its transaction has ended.
// K2. A page passes on what it has seen and done itself, and what a token told it. What it has learned
//     from the disk or the mirror stands there already.

/** For each page, up to which step of the history its operations are known. */
export type Known = Map<string, number>

/** A page that learned something at a step. */
export interface Lesson {
  readonly page: string
  readonly atStep: number
  /** Floors of scopes come by all ways, those of single keys with the loading of the disk alone. */
  readonly way: 'mirror' | 'loading' | 'commit' | 'token'
  readonly known: ReadonlyMap<string, number>
}

/** A place where knowledge outlives pages. */
export interface Place {
  readonly learn: (page: string, upToStep: number) => void
  /** Learns what another place knows. */
  readonly learnAll: (known: ReadonlyMap<string, number>) => void
  readonly known: () => ReadonlyMap<string, number>
  readonly forget: () => void
  /** Forgets all, and learns nothing any more. */
  readonly close: () => void
}

/** Makes a place that knows nothing. */
export function createPlace(): Place {
  const known: Known = new Map()
  let isOpen = true
  const learn = (page: string, upToStep: number): void => {
    if (isOpen) known.set(page, Math.max(upToStep, known.get(page) ?? 0))
  }
  return {
    learn,
    learnAll(others) {
      for (const [page, upToStep] of others) learn(page, upToStep)
    },
    known: () => new Map(known),
    forget: () => known.clear(),
    close() {
      isOpen = false
      known.clear()
    },
  }
}
