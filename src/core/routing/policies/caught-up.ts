// Position and timestamp routing: ask who is known to have caught up past the floor, the primary if
// nobody is.
//
// C1. By position: a replica that has shown an as-of at or above the floor covers it for ever, within
//     the epoch. It comes first.
// C2. By time: a replica whose lag is known is expected to cover a floor that is older than its p95. It
//     comes next, so that replicas are asked again at all.
// C3. The primary comes before replicas of which nothing is known, and those that are known to be
//     behind come last.

import type { Coverage } from '../endpoint-state.ts'
import type { Policy } from '../policy.ts'

/** Prefers replicas that have caught up with what the read has to cover, then the primary. */
export function caughtUp(): Policy {
  return ({ question: { floors } }) => {
    if (floors.length === 0) return undefined
    return {
      why: 'it has caught up with this session, as far as is known',
      rank: ({ isPrimary, coverage }) => (isPrimary ? primaryRank : ranks[coverage]),
    }
  }
}

const ranks: Record<Coverage, number> = { covers: 0, expected: 1, unknown: 3, behind: 4 }
const primaryRank = 2
