// The report of what was measured: the state of routing, as a frozen value that a page can show.

import type { LagReport, NamedFigures, RoutingCounts } from '../client/exchanges/routing.ts'
import { healthOf } from '../core/routing/breaker.ts'
import { shareOf } from '../core/routing/load-control.ts'
import type { RouterState } from '../core/routing/router-state.ts'
import { recentMean, recentPercentiles } from '../core/routing/sample-window.ts'
import type { SampleWindow } from '../core/routing/sample-window.ts'

/** Reports what is known now. */
export function reportOf(state: RouterState, counts: RoutingCounts, atMs: number): LagReport {
  const figures = (windows: ReadonlyMap<string, SampleWindow>): readonly NamedFigures[] =>
    [...windows].flatMap(([name, window]) => {
      const recent = recentPercentiles(window, atMs)
      return recent === undefined ? [] : { name, ...recent }
    })
  return Object.freeze({
    endpoints: state.endpoints.map(({ name, isPrimary, breaker, lag, latency, behind }) => ({
      name,
      isPrimary,
      health: healthOf(breaker, atMs),
      lagMs: recentPercentiles(lag, atMs),
      latencyMs: recentPercentiles(latency, atMs),
      behindRate: recentMean(behind, atMs),
    })),
    sources: figures(state.sources),
    scopes: figures(state.scopes),
    settling: figures(state.settling),
    shareToPrimary: shareOf(state.load),
    hedgeAfterMs: state.hedging.delayMs,
    counts,
  })
}
