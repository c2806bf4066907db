// Adaptive consistency: while replicas are too often behind, or too far, a share of the reads goes to
// the primary at once. How the share moves, and why it does not flap, is said in `load-control.ts`.

import { shareOf } from '../load-control.ts'
import type { Policy } from '../policy.ts'

/** What {@link adaptive} may be told. */
export interface AdaptiveOptions {
  /**
   * A replica whose p95 lag is beyond this, in milliseconds, comes after the primary. GitLab's limit.
   *
   * @default 60000
   */
  readonly lagMaxMs?: number | undefined
}

/** Sends a share of the reads to the primary that grows and shrinks with the measured lag. */
export function adaptive({ lagMaxMs = 60_000 }: AdaptiveOptions = {}): Policy {
  return ({ question: { random }, state: { load } }) => {
    const isShared = random < shareOf(load)
    return {
      why: isShared ? 'replicas are often behind at present' : 'replicas beyond the greatest lag come last',
      rank: ({ isPrimary, lagMs }) => {
        if (isPrimary) return 0
        const isFar = lagMs !== undefined && lagMs.p95 > lagMaxMs
        return (isShared ? 1 : 0) + (isFar ? 1 : 0)
      },
    }
  }
}
