// What is known of one endpoint, learned from its answers and from nothing else.
//
// E1. Knowledge of an as-of only grows within an epoch: an endpoint that once showed a version is
//     known to cover it. A new epoch begins anew, since the old one proves nothing (lessons V5).
// E2. All of it is a hint for where to ask. Whether an answer may be shown is the judge's to say.

import { compareVersions, covers } from '../version.ts'
import type { FormatOf, Version, Versions } from '../version.ts'
import { closedBreaker } from './breaker.ts'
import type { Breaker } from './breaker.ts'
import { emptyWindow, recentPercentiles } from './sample-window.ts'
import type { SampleWindow } from './sample-window.ts'
import { knownSince } from './tide-table.ts'
import type { TideTable } from './tide-table.ts'

/** Where reads can be sent. */
export interface EndpointName {
  /** What it is called in policies, reports and events. */
  readonly name: string
  /** Whether it takes the writes, so that its answers cover every floor. */
  readonly isPrimary: boolean
}

/** What is known of one endpoint. */
export interface EndpointState extends EndpointName {
  readonly breaker: Breaker
  /** The newest as-of that it has shown, by scope. */
  readonly asOf: ReadonlyMap<string, Version>
  /** How far its answers were behind, in milliseconds: 0 for those that lacked nothing known. */
  readonly lag: SampleWindow
  /** The same, of those alone that lacked something, and that nothing has disproved since. */
  readonly shortfall: SampleWindow
  /** How long its answers took, in milliseconds. */
  readonly latency: SampleWindow
  /** 1 for each answer that was behind its floor, 0 for each that was not. */
  readonly behind: SampleWindow
  readonly wasBehindAtMs: number | undefined
}

/** Returns what is known of an endpoint that was never asked. */
export function unknownEndpoint({ name, isPrimary }: EndpointName): EndpointState {
  return {
    name,
    isPrimary,
    breaker: closedBreaker,
    asOf: new Map(),
    lag: emptyWindow,
    shortfall: emptyWindow,
    latency: emptyWindow,
    behind: emptyWindow,
    wasBehindAtMs: undefined,
  }
}

// An origin has few scopes; one that makes them up must not fill our memory.
const scopesMax = 64

/** Returns the as-ofs of an endpoint after it has shown versions. */
export function noteAsOf(
  formatOf: FormatOf,
  known: ReadonlyMap<string, Version>,
  versions: Versions,
): ReadonlyMap<string, Version> {
  const next = new Map(known)
  for (const version of versions) {
    const old = next.get(version.scope)
    const order = old === undefined ? 'after' : compareVersions(formatOf, version, old)
    if (order === 'before' || order === 'equal') continue // E1
    next.delete(version.scope)
    next.set(version.scope, version)
  }
  for (const scope of next.keys()) {
    if (next.size <= scopesMax) break
    next.delete(scope)
  }
  return next
}

/**
 * How an endpoint stands to the floors of a read: it `covers` them, as it has shown; it is `expected` to
 * by now, as its lag says; it is `behind`, as it has shown, and too short a time has passed; or nobody
 * knows.
 */
export type Coverage = 'covers' | 'expected' | 'unknown' | 'behind'

const worst: Record<Coverage, number> = { covers: 0, expected: 1, unknown: 2, behind: 3 }

/** What {@link coverageOf} is asked. */
export interface CoverageQuestion {
  readonly formatOf: FormatOf
  /** The floors of the read: one version a scope. */
  readonly floors: Versions
  readonly tables: ReadonlyMap<string, TideTable>
  readonly atMs: number
}

/** Tells how an endpoint stands to the floors of a read. Of several scopes the worst counts. */
export function coverageOf(endpoint: EndpointState, question: CoverageQuestion): Coverage {
  let coverage: Coverage = 'covers'
  for (const floor of question.floors) {
    const next = coverageOfFloor(endpoint, floor, question)
    if (worst[next] > worst[coverage]) coverage = next
  }
  return coverage
}

function coverageOfFloor(
  endpoint: EndpointState,
  floor: Version,
  { formatOf, tables, atMs }: CoverageQuestion,
): Coverage {
  // Nothing is committed but there. Should it have lost writes, the judge will see.
  if (endpoint.isPrimary) return 'covers'
  const asOf = endpoint.asOf.get(floor.scope)
  if (asOf !== undefined && covers(formatOf, asOf, floor)) return 'covers'
  const sinceMs = knownSince(formatOf, tables.get(floor.scope) ?? [], floor)
  const isKnown = recentPercentiles(endpoint.lag, atMs) !== undefined
  if (sinceMs === undefined || !isKnown) return 'unknown'
  // The many answers between two writes, which lack nothing, say nothing of the time after a write.
  const lagMs = recentPercentiles(endpoint.shortfall, atMs)?.p95 ?? -1
  return atMs - sinceMs > lagMs ? 'expected' : 'behind'
}
