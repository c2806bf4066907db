// What hedging may cost, and after which delay it begins.
//
// H1. The extra load is capped: each read earns a share of a request, and each hedge spends a whole
//     one. Nothing is lent, so at any time hedges ≤ ratio × reads. Little is saved up, so that a quiet
//     hour does not pay for a storm.
// H2. The learned delay lies just beyond the p95 of the middle endpoint: a slow minority does not move it,
//     and slowness of all moves it, since then hedging would only add to the load. Just beyond, since where
//     all answers take alike, each is at the p95, and none is late.
// H3. The delay rises at once, or most answers would be late where all became a little slower. It falls in
//     steps: what is less than a quarter below it changes nothing.

/** What hedging has earned, and learned. */
export interface HedgeBudget {
  /** Requests that may be spent. */
  readonly earned: number
  /** The learned delay in milliseconds, or `undefined` before enough was measured. */
  readonly delayMs: number | undefined
}

/** Nothing earned, nothing learned. */
export const noHedgeBudget: HedgeBudget = { earned: 0, delayMs: undefined }

const earnedMax = 10
const latenciesMin = 8
const delayMinMs = 5

/** Notes a read. `ratio` is how many hedges there may be for each read, such as 0.1. */
export function earnHedge(budget: HedgeBudget, ratio: number): HedgeBudget {
  return { ...budget, earned: Math.min(budget.earned + ratio, earnedMax) } // H1
}

/** Spends one hedge, or returns `undefined` where none was earned. */
export function spendHedge(budget: HedgeBudget): HedgeBudget | undefined {
  return budget.earned < 1 ? undefined : { ...budget, earned: budget.earned - 1 } // H1
}

/** Learns the delay from the latencies of the endpoints. */
export function learnDelay(
  budget: HedgeBudget,
  latencies: readonly ({ readonly p95: number; readonly count: number } | undefined)[],
): HedgeBudget {
  const known = latencies.flatMap((latency) =>
    latency !== undefined && latency.count >= latenciesMin ? [latency.p95] : [],
  )
  const sorted = known.toSorted((left, right) => left - right)
  const middle = sorted[(sorted.length - 1) >> 1] // H2
  if (middle === undefined) return budget
  const next = Math.max(delayMinMs, Math.floor(middle) + 1)
  const { delayMs } = budget
  const isClose = delayMs !== undefined && next <= delayMs && delayMs - next <= delayMs / 4
  return isClose ? budget : { ...budget, delayMs: next } // H3
}
