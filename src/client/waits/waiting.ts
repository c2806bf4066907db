// Waiting: for work that somebody may be told to wait for no more.

/** Those who wait, each by what tells it that it waits in vain. */
export type Waiting = Set<(reason: unknown) => void>

/** Settles as the work does, or rejects with the reason that it is told meanwhile. */
export function waitIn<T>(waiting: Waiting, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const settling =
      <S>(settle: (as: S) => void) =>
      (as: S): void => {
        waiting.delete(reject)
        settle(as)
      }
    waiting.add(reject)
    work.then(settling(resolve), settling<unknown>(reject))
  })
}
