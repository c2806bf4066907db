// Holders: what the app holds on to for longer than a session lasts, such as a watch that is on the screen.
// Each has to forget with the session what it has of it (I11). None is kept alive by that.

/** Something that has to forget. */
export interface Holder {
  readonly forget: () => void
}

/** Those that the app may hold. */
export interface Holders {
  readonly add: (holder: Holder) => void
  readonly forgetAll: () => void
}

/** Makes an empty list of holders. */
export function createHolders(): Holders {
  const all = new Set<WeakRef<Holder>>()
  let sweepAt = 64

  /** Lets go of those that are gone, each time that there are twice as many. */
  function sweep(): void {
    for (const reference of all) if (reference.deref() === undefined) all.delete(reference)
    sweepAt = Math.max(64, all.size * 2)
  }

  return {
    add(holder) {
      all.add(new WeakRef(holder))
      if (all.size > sweepAt) sweep()
    },
    forgetAll() {
      for (const reference of all) reference.deref()?.forget()
    },
  }
}
