// Hedged reads (Dean and Barroso, "The Tail at Scale", 2013): where the first answer is late, a second
// endpoint is asked as well. The first answer that *satisfies* wins, so one that is behind never does
// (lessons R21), and the other request is aborted.
//
// G1. The extra load is capped, by `ratio`, over all reads (`hedge-budget.ts`).
// G2. What goes to one place alone, because it must, is not hedged.
// G3. While replicas are often behind, a second opinion is asked for sooner, since the first is worth
//     less. The cap stays as it is.

import { shareOf } from '../load-control.ts'
import type { Policy } from '../policy.ts'

/** What {@link hedged} may be told. */
export interface HedgedOptions {
  /**
   * When the second endpoint is asked: after so many milliseconds, or after the learned p95.
   *
   * @default 'p95'
   */
  readonly after?: number | 'p95' | undefined
  /**
   * How many hedges there may be for each read.
   *
   * @default 0.1
   */
  readonly ratio?: number | undefined
}

/** Asks a second endpoint where the first is late. */
export function hedged({ after = 'p95', ratio = 0.1 }: HedgedOptions = {}): Policy {
  return ({ candidates, state: { hedging, load } }) => {
    const delayMs = after === 'p95' ? hedging.delayMs : after
    if (delayMs === undefined || candidates.length < 2) return undefined // G2
    const hedgeAfterMs = Math.round(delayMs * (1 - shareOf(load) / 2)) // G3
    return { why: 'hedged', hedgeAfterMs, hedgeRatio: ratio }
  }
}
