// Runs: one call of a query's function, and what is known of the answers that its result was made of.
//
// U1. A read belongs to a run if the function began it before it first waited, or gave it the signal of
//     its context, or read by the `fetch` of a governed context. Others are not known, and not guessed.
// U2. Looking at the signal would change what TanStack Query does when the last observer leaves, so it
//     is followed only once the function itself looks at it.

import type { QueryFunctionContext } from '@tanstack/query-core'
import type { ReadReport } from '../../client/events/report.ts'
import type { Testimony } from '../../client/events/witness.ts'
import type { ClientParts } from '../../client/exchanges/parts.ts'
import { compareVersions } from '../../core/version.ts'
import { asOfVersions, spanOf } from './as-of.ts'
import type { AsOf } from './as-of.ts'

/** What a run has come to know. */
export interface Run {
  readonly reports: ReadReport[]
  /** What was known of the query when the run began, and what was shown. */
  readonly asOfBefore: AsOf | undefined
  readonly dataBefore: unknown
  /** Whether the function was called at all: a persister may have answered instead. */
  isCalled: boolean
  isInvalidated: boolean
  /** Whether all that it has read may reach a disk. */
  isStorable: boolean
}

/** Begins a run. */
export function beginRun(asOfBefore: AsOf | undefined, dataBefore: unknown): Run {
  return { reports: [], asOfBefore, dataBefore, isCalled: false, isInvalidated: false, isStorable: true }
}

/** Returns the as-of of each read of a run that told one, in their order. */
export function readsOf({ reports }: Run): AsOf[] {
  return reports.flatMap(({ versions }) => (versions === undefined ? [] : asOfVersions(versions)))
}

/** Calls a query's function so that its reads are noted in the run. */
export function callNoted<C extends Pick<QueryFunctionContext, 'signal'>, R>(
  { witnesses }: ClientParts,
  run: Run,
  { queryFn, context }: { readonly queryFn: (context: C) => R; readonly context: C },
): R {
  run.isCalled = true
  const witness = (testimony: Testimony): void => {
    if (!('report' in testimony)) return
    run.reports.push(testimony.report)
    const { headers } = testimony.response
    if (headers.get('cache-control')?.includes('no-store') === true) run.isStorable = false
  }
  const noted = withSignal(context, (signal) => witnesses.follow(witness, signal)) // U2
  return witnesses.during(witness, () => queryFn(noted)) // U1
}

/** Returns the context, with a signal that tells when it is looked at. */
function withSignal<C extends Pick<QueryFunctionContext, 'signal'>>(
  context: C,
  onLook: (signal: AbortSignal) => void,
): C {
  return extendContext(context, {
    get signal() {
      const { signal } = context
      onLook(signal)
      return signal
    },
  })
}

/** Returns a context with other properties besides, and its own as they are: a getter stays one (U2). */
export function extendContext<C extends object, E extends object>(context: C, extension: E): C & E {
  const own = { ...Object.getOwnPropertyDescriptors(context), ...Object.getOwnPropertyDescriptors(extension) }
  const extended: C & E = Object.create(Object.prototype, own)
  return extended
}

/** Returns the as-of of all that a run has read. */
export function asOfRun({ scopes }: ClientParts, run: Run): AsOf | undefined {
  return spanOf(scopes.formatOf, readsOf(run))
}

/**
 * Tells whether the session has written since a run's answers arrived: they kept their level when they
 * were judged, but the page has been told of the write by now (I3).
 */
export function isBeforeOwnWrites({ scopes, held }: ClientParts, run: Run): boolean {
  return run.reports.some(({ level, versions = [], overlaid }) => {
    // A list over which own writes were laid shows them, though its source has not got them yet.
    if (overlaid !== undefined) return false
    if (level === 'eventual' || level === 'monotonic-reads') return false
    return versions.some((version) => {
      const { write } = held.session.of(version.scope)
      const order = write === undefined ? 'equal' : compareVersions(scopes.formatOf, version, write)
      return order === 'before' || order === 'concurrent'
    })
  })
}
