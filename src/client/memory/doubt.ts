// Doubt: what may have happened, and nobody here knows whether it has.
//
// D1. A write whose answer never came may have happened (lessons R17). It has no version that a floor could
//     ask for. So for a while reads of what it touches ask the primary, which knows.
// D2. The while is measured on this page's clock alone, and is a heuristic: nothing is promised, and nothing
//     reported as kept, because of it.
// D3. A token from elsewhere enters no other history than that of this page: whoever has forged it would make the
//     page forget. But it may be right, so the primary is asked for a while too.
// D4. So it is where another page of this session was answered in a history that this page was not in.

import { requirementOf } from '../../core/guarantee.ts'
import type { Level } from '../../core/guarantee.ts'

/** What is in doubt. */
export interface Doubt {
  /** Notes that nobody knows how some scopes stand. */
  readonly note: (scopes: Iterable<string>) => void
  /** Tells whether a read at a level, of the scopes that are asked for, should ask the primary. */
  readonly concerns: (level: Level, scopes: () => Iterable<string>) => boolean
}

// As long as Rails reads from its primary after a write. Most replicas have caught up by then.
const windowMs = 2000

/** Makes the doubt of a client. */
export function createDoubt(now: () => number): Doubt {
  const until = new Map<string, number>()
  return {
    note(scopes) {
      for (const scope of scopes) until.set(scope, now() + windowMs)
    },
    concerns(level, scopes) {
      const { floor } = requirementOf(level)
      if (until.size === 0 || floor === 'none' || floor === 'key') return false
      const at = now()
      return [...scopes()].some((scope) => {
        const end = until.get(scope) ?? 0
        // A clock that was set back does not make the while longer (D2).
        const isOver = at >= end || at < end - windowMs
        if (isOver) until.delete(scope)
        return !isOver
      })
    },
  }
}
