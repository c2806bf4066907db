// Bounded staleness: a read that says how old its answer may be goes where the measured lag allows it.
// Whether an answer is within the bound is still judged when it arrives.

import type { Policy } from '../policy.ts'

/** Prefers replicas within the bound of the read, then the primary, then the rest. */
export function boundedStaleness(): Policy {
  return ({ question: { maxStalenessMs } }) => {
    if (maxStalenessMs === undefined) return undefined
    return {
      why: 'it is within the bound on staleness, as measured',
      rank: ({ isPrimary, lagMs }) => {
        if (isPrimary) return 1
        return lagMs === undefined || lagMs.p95 > maxStalenessMs ? 2 : 0
      },
    }
  }
}
