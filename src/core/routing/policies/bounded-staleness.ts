// Bounded staleness: a read that says how old its answer may be goes where the measured lag allows it.
// Whether an answer is within the bound is still judged when it arrives.

import type { Policy } from '../policy.ts'

/** Prefers replicas within the bound of the read, then the primary, then the rest. */
export function boundedStaleness(): Policy {
  return ({ question: { maxStalenessMs } }) => {
    if (maxStalenessMs === undefined) return undefined
    return {
      why: 'it is within the bound on staleness, as measured',
      rank: ({ isPrimary, lagMs, behindRate = 0 }) => {
        if (isPrimary) return 1
        // Who was not measured lately is asked, or would never be; but not one that has let the primary
        // answer most of the time, which tells nothing of its lag but that it is too long.
        const isFar = lagMs === undefined ? behindRate > 0.5 : lagMs.p95 > maxStalenessMs
        return isFar ? 2 : 0
      },
    }
  }
}
