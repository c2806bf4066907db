// Policies: small functions that say which endpoints a read prefers, and why. Composed in a list, they
// make the route: an order of all endpoints, the best first.
//
// P1. A policy ranks; it never adds or removes an endpoint. So no policy can leave a read without a
//     way, and a route is always an order of all of them (but for P4).
// P2. Earlier policies decide first. A later one decides only among those that the earlier ones
//     rank alike.
// P3. Health comes before all policies: what is left to rest comes last, and what this read has
//     tried already after that. Where all are left, they are asked all the same.
// P4. A read that must ask the primary (`strong`) has no other candidate: its meaning rests on that.
// P5. What is alike to all policies is spread by chance, which is an argument: the same situation and
//     the same chance give the same route.
// P6. Replicas answer reads, and the primary those for which a policy prefers it.
// P7. An endpoint that is due for a probe gets the next read that is not of a critical kind.
// P8. A primary that is due is asked by a read that wants the primary: where a history has ended, all reads
//     do, and nobody else could say so.

import type { LevelName } from '../guarantee.ts'
import type { FormatOf, Versions } from '../version.ts'
import { healthOf } from './breaker.ts'
import type { Health } from './breaker.ts'
import { coverageOf } from './endpoint-state.ts'
import type { Coverage, EndpointName } from './endpoint-state.ts'
import { rendezvousWeight } from './rendezvous.ts'
import type { RouterState } from './router-state.ts'
import { recentMean, recentPercentiles } from './sample-window.ts'
import type { Percentiles } from './sample-window.ts'

/** A read that is to be routed. */
export interface RouteQuestion {
  readonly url: URL
  /** The level by name. One with a bound on staleness is `session`, with `maxStalenessMs`. */
  readonly level: LevelName
  readonly maxStalenessMs: number | undefined
  /** Whether only the primary will do. */
  readonly asksPrimary: boolean
  /** Whether the ladder has come to the primary, after an answer that was behind. */
  readonly isEscalated: boolean
  /** What the answer has to cover, as far as is known: one version a scope. */
  readonly floors: Versions
  /** Endpoints that this read has tried in vain. */
  readonly tried: ReadonlySet<string>
  /** Whose read it is: the same for all reads of one session. */
  readonly seat: string
  /** A number from 0 up to 1. */
  readonly random: number
  readonly atMs: number
}

/** An endpoint as policies see it. All figures are of the recent past, `undefined` where none is. */
export interface Candidate extends EndpointName {
  readonly health: Health
  /** How it stands to what the read has to cover. */
  readonly coverage: Coverage
  /** How far its answers were behind, in milliseconds. */
  readonly lagMs: Percentiles | undefined
  /** How long its answers took, in milliseconds. */
  readonly latencyMs: Percentiles | undefined
  /** The share of its answers that were behind their floors, from 0 to 1. */
  readonly behindRate: number | undefined
  readonly wasBehindAtMs: number | undefined
}

/** What a policy looks at. */
export interface RouteSituation {
  readonly question: RouteQuestion
  readonly state: RouterState
  readonly candidates: readonly Candidate[]
}

/** What a policy prefers. */
export interface Preference {
  /** In words, for the event that tells of the decision. */
  readonly why: string
  /** Lower is better; alike where it has no opinion. */
  readonly rank?: ((candidate: Candidate) => number) | undefined
  /** Ask a second endpoint as well, if there is no satisfying answer after so long. */
  readonly hedgeAfterMs?: number | undefined
  /** How many hedges there may be for each read, from 0 to 1. */
  readonly hedgeRatio?: number | undefined
  /** Whether this read is no occasion to probe an endpoint that had failed. */
  readonly isCritical?: boolean | undefined
}

/** Says what a read prefers, or `undefined` where it has nothing to say. */
export type Policy = (situation: RouteSituation) => Preference | undefined

/** Where a read goes. */
export interface Route {
  /** The names of the endpoints, the best first. */
  readonly order: readonly string[]
  readonly hedge: { readonly afterMs: number; readonly ratio: number } | undefined
  /** What decided for the first, in words. */
  readonly why: string
}

/** Decides where a read goes. */
export function decideRoute(
  formatOf: FormatOf,
  policies: readonly Policy[],
  { question, state }: Pick<RouteSituation, 'question' | 'state'>,
): Route {
  const candidates = candidatesOf(formatOf, question, state)
  const situation = { question, state, candidates }
  const preferences = policies.flatMap((policy) => policy(situation) ?? [])
  const isProbing = !question.asksPrimary && question.tried.size === 0 && !question.isEscalated && !preferences.some(isCritical)
  const ranked = [...ofHealth(question, isProbing), ...preferences, replicasFirst, byChance(question)]
  const order = sortBy(ranked, candidates)
  // A second opinion from elsewhere is not what a critical read is sent to the primary for.
  const hedge = preferences.some(isCritical) ? undefined : preferences.find(({ hedgeAfterMs }) => hedgeAfterMs !== undefined)
  return {
    order: order.map(({ name }) => name),
    hedge: hedge?.hedgeAfterMs === undefined ? undefined : { afterMs: hedge.hedgeAfterMs, ratio: hedge.hedgeRatio ?? 0 },
    why: reasonsFor(ranked, candidates),
  }
}

function candidatesOf(
  formatOf: FormatOf,
  { asksPrimary, floors, atMs }: RouteQuestion,
  { endpoints, tables }: RouterState,
): Candidate[] {
  const allowed = asksPrimary ? endpoints.filter(({ isPrimary }) => isPrimary) : endpoints // P4
  // Whoever asks for the primary where none was named, gets what there is: the wire asks for it.
  return (allowed.length === 0 ? endpoints : allowed).map((endpoint) => ({
    name: endpoint.name,
    isPrimary: endpoint.isPrimary,
    health: healthOf(endpoint.breaker, atMs),
    coverage: coverageOf(endpoint, { formatOf, floors, tables, atMs }),
    lagMs: recentPercentiles(endpoint.lag, atMs),
    latencyMs: recentPercentiles(endpoint.latency, atMs),
    behindRate: recentMean(endpoint.behind, atMs),
    wasBehindAtMs: endpoint.wasBehindAtMs,
  }))
}

function isCritical(preference: Preference): boolean {
  return preference.isCritical === true
}

function ofHealth({ tried, isEscalated }: RouteQuestion, isProbing: boolean): Preference[] {
  return [
    { why: 'others were tried', rank: ({ name }) => (tried.has(name) ? 1 : 0) }, // P3
    { why: 'others are left to rest', rank: ({ health }) => (health === 'left' ? 1 : 0) }, // P3
    isProbing
      ? { why: 'it is due for a probe', rank: ({ health }) => (health === 'due' ? 0 : 1) } // P7
      : { why: 'others had failed', rank: (candidate) => (isDoubtful(candidate, isEscalated) ? 1 : 0) },
    { why: 'a replica was behind', rank: ({ isPrimary }) => (isEscalated && !isPrimary ? 1 : 0) },
  ]
}

/** Tells whether a read that probes nobody had better go elsewhere. */
function isDoubtful({ health, isPrimary }: Candidate, isEscalated: boolean): boolean {
  return health === 'due' && !(isEscalated && isPrimary) // P8
}

const replicasFirst: Preference = { why: 'replicas answer reads', rank: ({ isPrimary }) => (isPrimary ? 1 : 0) } // P6

function byChance({ random }: RouteQuestion): Preference {
  return { why: 'chance', rank: ({ name }) => rendezvousWeight(String(random), name) } // P5
}

function sortBy(ranked: readonly Preference[], candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.toSorted((left, right) =>
    ranked.reduce((order, { rank }) => order || (rank?.(left) ?? 0) - (rank?.(right) ?? 0), 0), // P2
  )
}

/** Returns what set the first apart, in words. */
function reasonsFor(ranked: readonly Preference[], candidates: readonly Candidate[]): string {
  const reasons: string[] = []
  let group = candidates
  for (const { why, rank } of ranked) {
    if (group.length < 2) break
    const ranks = group.map((candidate) => rank?.(candidate) ?? 0)
    const best = Math.min(...ranks)
    const next = group.filter((_, index) => ranks[index] === best)
    if (next.length < group.length) reasons.push(why)
    group = next
  }
  return reasons.length === 0 ? 'there is no other' : reasons.join(', ')
}
