// The place where routing is passed in. Without it a read goes where the app sent it, and none of the
// code that decides about endpoints is in the bundle (`src/routing/`).
//
// N1. Whoever routes changes where a read is sent, and never what its answer has to cover.
// N2. The key under which an answer is held is that of the address the app gave, whoever answered.

import type { Versions } from '../../core/version.ts'
import type { Answer, Changes } from '../../transport/versioned-fetch.ts'
import type { Served } from '../events/report.ts'
import type { GovernedRequest } from '../rules/request.ts'
import type { Course } from './course.ts'

/** Another place to send a request to, besides what the request itself says. */
export interface Target {
  readonly input: RequestInfo | URL
  readonly init: RequestInit | undefined
  /** Whether the wire asks for the primary as well. */
  readonly asksPrimary: boolean
  /** The origin that the app has named by naming the endpoint (I12). */
  readonly origin: string
}

/** Sends one request of a read, to where the app sent it or to a target, and reads the answer. */
export type AskOnce = (course: Course, changes: Changes, target?: Target) => Promise<Answer>

/** Decides where the reads of one client go. */
export interface Router {
  /** Sends one step of a read's ladder: one request, or several, of which one answer comes back. */
  readonly ask: (course: Course, changes: Changes, askOnce: AskOnce) => Promise<Answer>
  /** Tells whether it can reach the primary for a request, in whatever way. */
  readonly canAskPrimary: (url: URL) => boolean
  readonly aroundRead: (read: RoutedRead) => RoutedRead
  readonly aroundWrite: (write: RoutedWrite) => RoutedWrite
  readonly lag: LagSource
}

/** Answers a governed read. */
export type RoutedRead = (request: GovernedRequest, way?: 'planned' | 'anew') => Promise<Served>

/** Sends a governed write, and tells what it has caused, as far as its answer says. */
export type RoutedWrite = (
  request: GovernedRequest,
) => Promise<{ readonly response: Response; readonly caused: Versions | undefined }>

/** What is known of endpoints and their lag, and how to hear of changes: a readable. */
export interface LagSource {
  readonly get: () => LagReport
  /** The same as `get`, as React's `useSyncExternalStore` calls it. */
  readonly getSnapshot: () => LagReport
  readonly getServerSnapshot: () => LagReport
  /** Calls back after each change, not at once. Returns the function that ends it. */
  readonly listen: (listener: () => void) => () => void
  /** Calls back at once, and after each change. Returns the function that ends it. */
  readonly subscribe: (listener: (report: LagReport) => void) => () => void
}

/** What has been measured lately. All times are in milliseconds. */
export interface LagReport {
  readonly endpoints: readonly EndpointReport[]
  /** The lag of each source, by the name that its answers give. */
  readonly sources: readonly NamedFigures[]
  /** The lag that replicas showed, by scope. */
  readonly scopes: readonly NamedFigures[]
  /** How long own writes took until a replica showed them, by scope. */
  readonly settling: readonly NamedFigures[]
  /** The share of reads that goes to the primary because of lag, from 0 to 1. */
  readonly shareToPrimary: number
  /** The learned delay of a hedge. */
  readonly hedgeAfterMs: number | undefined
  readonly counts: RoutingCounts
}

/** One endpoint, as measured. */
export interface EndpointReport {
  readonly name: string
  readonly isPrimary: boolean
  /** `left` to rest, or `due` for a probe after that. */
  readonly health: 'well' | 'left' | 'due'
  readonly lagMs: Figures | undefined
  readonly latencyMs: Figures | undefined
  /** The share of its answers that were behind their floors, from 0 to 1. */
  readonly behindRate: number | undefined
}

/** Percentiles, and how many measurements they rest on. */
export interface Figures {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly count: number
}

/** Percentiles with a name. */
export interface NamedFigures extends Figures {
  readonly name: string
}

/** How often what has happened, since the client was made. */
export interface RoutingCounts {
  readonly reads: number
  /** Requests for them, hedges and retries included. */
  readonly requests: number
  readonly toPrimary: number
  readonly hedges: number
  /** Requests that failed, lost a race, or brought an answer that was behind. */
  readonly wasted: number
  /** Answers below the floor of their read: in shadow mode, those that were shown. */
  readonly behind: number
}
