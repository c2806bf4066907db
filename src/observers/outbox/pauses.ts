// Pauses between the tries of calls: none outlasts the time without a network, or the session.

import type { SetTimer } from '../../client/waits/clock.ts'

/** The pauses of one session. */
export interface Pauses {
  /** Waits so many milliseconds, but no longer than until the network is back, or all is over. */
  readonly pause: (ms: number) => Promise<void>
  /** Ends those that are under way, and all that would begin. */
  readonly end: () => void
}

/** Makes the pauses of a session. */
export function createPauses(setTimer: SetTimer): Pauses {
  const wakers = new Set<() => void>()
  let isOver = false

  function wake(): void {
    // A copy: each leaves as it is called.
    for (const waker of Array.from(wakers)) waker()
  }

  const stopOnline = listenOnline(wake)

  return {
    pause(ms) {
      if (isOver) return Promise.resolve()
      return new Promise((resolve) => {
        const finish = (): void => {
          wakers.delete(finish)
          cancel()
          resolve()
        }
        const cancel = setTimer(finish, ms)
        wakers.add(finish)
      })
    },
    end() {
      isOver = true
      stopOnline()
      wake()
    },
  }
}

function listenOnline(onOnline: () => void): () => void {
  if (globalThis.document === undefined) return () => undefined
  globalThis.addEventListener('online', onOnline)
  return () => globalThis.removeEventListener('online', onOnline)
}
