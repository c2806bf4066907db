// All that routing knows, as one value, and how each thing that happens changes it.
//
// S1. Every function here is pure: the state before and the fact in, the state after out.
// S2. Memory is bounded, whatever answers say: endpoints are named by the app, sources, scopes and
//     writes are capped, the oldest go first.
// S3. Nothing here is a guarantee (lessons R24, S13). A wrong state costs time, and shows no past.

import { covers } from '../version.ts'
import type { FormatOf, Version, Versions } from '../version.ts'
import { beginProbe, endProbe, recordOutcome } from './breaker.ts'
import type { Outcome } from './breaker.ts'
import { noteAsOf, unknownEndpoint } from './endpoint-state.ts'
import type { EndpointName, EndpointState } from './endpoint-state.ts'
import { learnDelay, noHedgeBudget } from './hedge-budget.ts'
import type { HedgeBudget } from './hedge-budget.ts'
import { adaptLoad, noLoadControl } from './load-control.ts'
import type { LoadControl } from './load-control.ts'
import { addSample, emptyWindow, recentPercentiles, windowMs, withoutAbove } from './sample-window.ts'
import type { SampleWindow } from './sample-window.ts'
import { ageOfNewest, lagBehind, noteVersion } from './tide-table.ts'
import type { TideTable } from './tide-table.ts'

/** A write of this session, for the policies that look at what was written lately. */
export interface RecentWrite {
  /** The path that was written to, such as `/photos/7`. */
  readonly path: string
  readonly atMs: number
}

/** A write that no replica has shown yet. */
export interface UnsettledWrite {
  readonly version: Version
  readonly atMs: number
}

/** All that routing knows. */
export interface RouterState {
  readonly endpoints: readonly EndpointState[]
  /** The versions known to exist, by scope. */
  readonly tables: ReadonlyMap<string, TideTable>
  /** The lag of each source by the name it gives itself: behind one endpoint there may be several. */
  readonly sources: ReadonlyMap<string, SampleWindow>
  /** The lag that replicas showed, by scope. */
  readonly scopes: ReadonlyMap<string, SampleWindow>
  /** How long own writes took until a replica showed them, by scope. */
  readonly settling: ReadonlyMap<string, SampleWindow>
  readonly unsettled: readonly UnsettledWrite[]
  /** Newest last. */
  readonly writes: readonly RecentWrite[]
  /** The replica whose answer covered its floor last. */
  readonly lastGood: string | undefined
  readonly load: LoadControl
  readonly hedging: HedgeBudget
}

/** An answer of an endpoint. */
export interface AnswerFact {
  readonly endpoint: string
  readonly atMs: number
  readonly latencyMs: number
  /** Whether it came after the time at which a second endpoint was to be asked. */
  readonly isLate: boolean
  readonly verdict: 'fresh' | 'behind' | 'unknown'
  readonly versions: Versions
  /** Who answered, as the answer says. */
  readonly source: string
  /** Whether the answer says that it is the primary's. */
  readonly isPrimarys: boolean
  /** How far behind the source knew itself to be, in milliseconds. */
  readonly toldLagMs: number | undefined
  /** In how many milliseconds the source hopes to have what it lacks, if it has refused for that. */
  readonly hintMs?: number | undefined
}

/** Returns the state before anything happened. */
export function createRouterState(endpoints: readonly EndpointName[]): RouterState {
  return {
    endpoints: endpoints.map(unknownEndpoint),
    tables: new Map(),
    sources: new Map(),
    scopes: new Map(),
    settling: new Map(),
    unsettled: [],
    writes: [],
    lastGood: undefined,
    load: noLoadControl,
    hedging: noHedgeBudget,
  }
}

/** Notes an answer, and all that it teaches. */
export function noteAnswer(formatOf: FormatOf, state: RouterState, fact: AnswerFact): RouterState {
  const { endpoint: name, atMs, versions, verdict, isPrimarys } = fact
  const tables = versions.reduce((known, version) => noteMark(formatOf, known, { version, atMs }), state.tables)
  const lags = versions.flatMap((version) => {
    const shown = lagBehind(formatOf, tables.get(version.scope), { version, atMs })
    const lagMs = fact.toldLagMs ?? withHint(shown, fact.hintMs)
    return lagMs === undefined ? [] : { scope: version.scope, lagMs }
  })
  const isPrimary = state.endpoints.some((endpoint) => endpoint.name === name && endpoint.isPrimary)
  // A replica that let the primary answer has shown nothing of itself.
  const isOwn = isPrimary || !isPrimarys
  const endpoints = changeEndpoint(state, name, (endpoint) => {
    const noted = noteReply(endpoint, fact)
    return isOwn ? noteDistance(formatOf, noted, { versions, lags, tables, atMs }) : noted
  })
  const next = { ...state, endpoints, tables, hedging: learnHedging(state.hedging, endpoints, atMs) }
  if (isPrimary) return next
  const load = verdict === 'unknown' ? state.load : adaptLoad(state.load, verdict === 'behind', atMs)
  const lastGood = verdict === 'fresh' ? name : state.lastGood
  if (!isOwn) return { ...next, load, lastGood }
  const lagMs = greatestOf(lags)
  return {
    ...settle(formatOf, next, fact),
    sources: lagMs === undefined ? state.sources : sample(state.sources, fact.source, { atMs, value: lagMs }),
    scopes: lags.reduce((scopes, { scope, lagMs: value }) => sample(scopes, scope, { atMs, value }), state.scopes),
    load,
    lastGood,
  }
}

/** What is lacked will be for a while yet: for as long as the source says, within what is remembered at all. */
function withHint(lagMs: number | undefined, hintMs = 0): number | undefined {
  return lagMs === undefined || lagMs === 0 ? lagMs : lagMs + Math.min(hintMs, windowMs)
}

interface ScopeLag {
  readonly scope: string
  readonly lagMs: number
}

function greatestOf(lags: readonly ScopeLag[]): number | undefined {
  return lags.length === 0 ? undefined : Math.max(...lags.map(({ lagMs }) => lagMs))
}

function noteReply(
  endpoint: EndpointState,
  { atMs, latencyMs, verdict, isLate }: AnswerFact,
): EndpointState {
  const isBehind = verdict === 'behind'
  const outcome = isLate && !isSpared(endpoint, 'slow') ? 'slow' : 'well'
  return {
    ...endpoint,
    breaker: recordOutcome(endpoint.breaker, outcome, { atMs }),
    latency: addSample(endpoint.latency, { atMs, value: latencyMs }),
    behind: verdict === 'unknown' ? endpoint.behind : addSample(endpoint.behind, { atMs, value: isBehind ? 1 : 0 }),
    wasBehindAtMs: isBehind ? atMs : endpoint.wasBehindAtMs,
  }
}

interface Distance {
  readonly versions: Versions
  readonly lags: readonly ScopeLag[]
  readonly tables: ReadonlyMap<string, TideTable>
  readonly atMs: number
}

function noteDistance(
  formatOf: FormatOf,
  endpoint: EndpointState,
  { versions, lags, tables, atMs }: Distance,
): EndpointState {
  const value = greatestOf(lags)
  const asOf = noteAsOf(formatOf, endpoint.asOf, versions)
  if (value === undefined) return { ...endpoint, asOf }
  const lag = addSample(endpoint.lag, { atMs, value })
  if (value > 0) return { ...endpoint, asOf, lag, shortfall: addSample(endpoint.shortfall, { atMs, value }) }
  // It shows all that is known, so its lag is no longer than the newest of that has been known for.
  const ages = versions.map(({ scope }) => ageOfNewest(tables.get(scope), atMs))
  return { ...endpoint, asOf, lag, shortfall: withoutAbove(endpoint.shortfall, Math.max(...ages)) }
}

/** Notes that an endpoint failed, or lost a race: `slow`. */
export function noteTrouble(
  state: RouterState,
  name: string,
  trouble: {
    readonly outcome: Exclude<Outcome, 'well'>
    readonly atMs: number
    readonly latencyMs: number
    readonly retryAfterMs?: number | undefined
  },
): RouterState {
  const { outcome, atMs, latencyMs: value } = trouble
  const endpoints = changeEndpoint(state, name, (endpoint) => ({
    ...endpoint,
    // The primary cannot be spared for being slow: for some reads there is no other.
    breaker: isSpared(endpoint, outcome) ? endpoint.breaker : recordOutcome(endpoint.breaker, outcome, trouble),
    // A lost race took at least so long. Without it, the slow would vanish from the percentiles.
    latency: outcome === 'slow' ? addSample(endpoint.latency, { atMs, value }) : endpoint.latency,
  }))
  const lastGood = state.lastGood === name ? undefined : state.lastGood
  return { ...state, endpoints, lastGood }
}

function isSpared({ isPrimary }: EndpointState, outcome: Outcome): boolean {
  return isPrimary && outcome === 'slow'
}

/** Notes that a probe of an endpoint begins, or was given up without an end. */
export function noteProbe(state: RouterState, name: string, atMs: number | 'given up'): RouterState {
  const endpoints = changeEndpoint(state, name, (endpoint) => ({
    ...endpoint,
    breaker: atMs === 'given up' ? endProbe(endpoint.breaker) : beginProbe(endpoint.breaker, atMs),
  }))
  return { ...state, endpoints }
}

/** Notes a write of this session: as it leaves without versions, and again with what it has caused. */
export function noteWrite(
  formatOf: FormatOf,
  state: RouterState,
  { path, atMs, versions }: RecentWrite & { readonly versions: Versions },
): RouterState {
  return {
    ...state,
    writes: [...state.writes.filter((write) => write.path !== path), { path, atMs }].slice(-writesMax),
    tables: versions.reduce((tables, version) => noteMark(formatOf, tables, { version, atMs }), state.tables),
    unsettled: [...state.unsettled, ...versions.map((version) => ({ version, atMs }))].slice(-unsettledMax),
  }
}

const writesMax = 64
const unsettledMax = 16
const namesMax = 64

/** Measures how long the writes that an answer shows took to get there. */
function settle(formatOf: FormatOf, state: RouterState, { versions, atMs }: AnswerFact): RouterState {
  let { settling } = state
  const unsettled = state.unsettled.filter((write) => {
    const isShown = versions.some((version) => covers(formatOf, version, write.version))
    if (isShown) settling = sample(settling, write.version.scope, { atMs, value: atMs - write.atMs })
    return !isShown
  })
  return unsettled.length === state.unsettled.length ? state : { ...state, settling, unsettled }
}

function noteMark(
  formatOf: FormatOf,
  tables: ReadonlyMap<string, TideTable>,
  mark: { readonly version: Version; readonly atMs: number },
): ReadonlyMap<string, TideTable> {
  const { scope } = mark.version
  const known = tables.get(scope) ?? []
  const next = noteVersion(formatOf, known, mark)
  return next === known ? tables : capped(tables, scope, next)
}

function learnHedging(
  hedging: HedgeBudget,
  endpoints: readonly EndpointState[],
  atMs: number,
): HedgeBudget {
  return learnDelay(hedging, endpoints.map(({ latency }) => recentPercentiles(latency, atMs)))
}

function sample(
  windows: ReadonlyMap<string, SampleWindow>,
  name: string,
  measured: { readonly atMs: number; readonly value: number },
): ReadonlyMap<string, SampleWindow> {
  return capped(windows, name, addSample(windows.get(name) ?? emptyWindow, measured))
}

/** Sets a value under a name, and lets go of the name that was set longest ago (S2). */
function capped<T>(known: ReadonlyMap<string, T>, name: string, value: T): ReadonlyMap<string, T> {
  const next = new Map(known)
  next.delete(name)
  next.set(name, value)
  const [oldest] = next.keys()
  if (next.size > namesMax && oldest !== undefined) next.delete(oldest)
  return next
}

function changeEndpoint(
  { endpoints }: RouterState,
  name: string,
  change: (endpoint: EndpointState) => EndpointState,
): readonly EndpointState[] {
  return endpoints.map((endpoint) => (endpoint.name === name ? change(endpoint) : endpoint))
}
