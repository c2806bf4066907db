// A Web Lock as something that is held: asked for, granted, and let go of, by whoever sends in turn.
//
// L1. Where there are no locks, or they are refused, it is granted all the same: a turn within this page is
//     better than none, and whoever asked is told.
// L2. Once let go of, it is never granted, also where it was still being asked for.

import type { Hold } from './turnstile.ts'

/** The locks that tabs share, or `false` where there are none. */
export type Locks = Pick<LockManager, 'request'> | false

/** Returns the locks of the page, if it has any. */
export function locksOfPage(): Locks {
  const navigator: Partial<Navigator> | undefined = globalThis.navigator
  return navigator?.locks ?? false
}

/** Asks for a lock. `onRefused` is told where it is granted without one, and why. */
export function holdLock(locks: Locks, name: string, onRefused: (cause: unknown) => void): Hold {
  if (locks === false) {
    onRefused(undefined)
    return { granted: Promise.resolve(), letGo: () => undefined } // L1
  }
  const asking = new AbortController()
  const { signal } = asking
  const granted = new Promise<void>((grant) => {
    const held = new Promise<void>((release) => {
      signal.addEventListener('abort', () => release())
    })
    const request = locks.request(name, { signal }, () => {
      grant()
      return held
    })
    request.catch((cause: unknown) => {
      if (signal.aborted) return // L2
      // Such as in a sandboxed frame, whose origin has no locks.
      onRefused(cause)
      grant() // L1
    })
  })
  return { granted, letGo: () => asking.abort() }
}
