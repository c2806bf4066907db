// Layer 1, resolve: what a query's function gave is compared with what is known before TanStack Query
// hears of it. It stands around the function as a persister does, which is the one place of the public
// interface that covers observers, loaders and prefetches alike (lessons Q8).
//
//   run ──► judge ──at or after what is known─────────────► the result
//    ▲        │  older, or overtaken while under way
//    │        ├──again, within `runsMax`
//    └────────┘
//             └──the last run: what is shown already, which then does not count as fetched
//
// S1. What is given back is never older than what the query shows. Whoever awaits the fetch gets it too.
// S2. What is kept does not mark the query fresh (Q1): the repairs of layer 3 follow in the same batch.
// S3. An answer that no source could give in time is no error of a query that has data (Q7): it shows
//     what it has, marked `behind`.
// S4. What a function gives after its session has ended is given to nobody (I11).

import type { Query, QueryFunctionContext } from '@tanstack/query-core'
import type { AsOf } from './as-of.ts'
import type { Governor } from './governor.ts'
import { isAtOrAfter } from './ledger.ts'
import type { Arrival, QueryConsistency, Slot } from './ledger.ts'
import { isPaged, settlePages } from './pages.ts'
import { isUnavailable } from './retry.ts'
import { asOfRun, beginRun, callNoted, isBeforeOwnWrites, readsOf } from './run.ts'
import type { Run } from './run.ts'

/** The function of a query, as a persister is given it. */
export type AnyQueryFn = (context: QueryFunctionContext) => unknown

/** A persister, as the options of a query take it. */
export type AnyPersister = (queryFn: AnyQueryFn, context: QueryFunctionContext, query: Query) => unknown

// A result that was overtaken is worth one more request, and not a loop (I7).
const runsMax = 2

/** Makes the persister that stands around each query's function, and around a persister of the app. */
export function createResolve(governor: Governor, inner: AnyPersister | undefined): AnyPersister {
  const { parts, ledger } = governor

  return async (queryFn, context, query) => {
    const slot = ledger.slotOf(query.queryHash)
    const { ended } = parts
    let run = begin(query, slot)
    if (governor.restore !== undefined && query.state.data === undefined) {
      const restored = await restore(query, slot)
      if (restored !== undefined) return restored
    }
    // Nothing is awaited before the function is called: whoever fetches may count on its beginning now.
    for (let runs = 1; ; runs += 1) {
      if (runs > 1) run = begin(query, slot)
      const isLast = runs >= runsMax
      let data: unknown
      try {
        data = await call(run, { queryFn, context, query, isAlone: runs > 1 })
      } catch (error) {
        ended.throwIfAborted()
        return standIn(query, slot, error)
      }
      ended.throwIfAborted() // S4
      // Another fetch has taken over, or the query was cancelled: nobody waits for this one.
      if (slot.run !== run || query.state.fetchStatus === 'idle') return data
      const settled = settle(run, query, data)
      if (settled.kind === 'fetched' || isLast) return finish(query, slot, { run, settled })
    }
  }

  /** Calls the function, within the app's own persister if there is one. */
  function call(run: Run, { queryFn, context, query, isAlone }: Call): unknown {
    const noted: AnyQueryFn = (own) => callNoted(parts, run, { queryFn, context: own })
    return inner === undefined || isAlone ? noted(context) : inner(noted, context, query)
  }

  async function restore(query: Query, slot: Slot): Promise<unknown> {
    const found = await governor.restore?.(query)
    // Compared with what is known now: something newer may have come while the disk was read (Q18).
    if (found === undefined || query.state.data !== undefined) return undefined
    const order = ledger.compare(query.queryHash, found)
    if (slot.asOf !== undefined && !isAtOrAfter(order)) return undefined
    const consistency = { ...describe(found.asOf), why: 'it was found on disk' }
    const { asOf, updatedAt } = found
    slot.arrival = { ...arrivalOf('restored', consistency), asOf, updatedAt }
    return found.data
  }

  /** Tells what a result is, and what of it may be shown. */
  function settle(run: Run, query: Query, data: unknown): Settled {
    const hash = query.queryHash
    const slot = ledger.slotOf(hash)
    const result = isPaged(data) ? pagesOf(run, query, data) : data
    const asOf = isPaged(result) ? ledger.asOfData(hash, result) : asOfRun(parts, run)
    const known = asOf ?? ledger.asOfData(hash, result)
    const order = ledger.compare(hash, { data: result, asOf: known })
    const isOvertaken = slot.asOf !== run.asOfBefore && !isAtOrAfter(order)
    // Another persister has found it somewhere: it says nothing of its version, so it proves nothing.
    const isFound = !run.isCalled && slot.asOf !== undefined && !isAtOrAfter(order)
    if (order === 'before' || isOvertaken || isFound || isBeforeOwnWrites(parts, run)) {
      return { kind: 'kept', asOf: known, data: result }
    }
    return { kind: 'fetched', asOf: known, data: result }
  }

  function pagesOf(run: Run, query: Query, result: unknown): unknown {
    if (!isPaged(result)) return result
    const { formatOf, tags } = ledger
    const { dataBefore: before } = run
    const reads = readsOf(run)
    return settlePages(formatOf, tags, {
      hash: query.queryHash,
      result,
      before,
      now: query.state.data,
      reads,
    })
  }

  /** Hands the result over: see `repair.ts` for what happens when it is stored. */
  function finish(query: Query, slot: Slot, { run, settled }: Finished): unknown {
    const { asOf, data } = settled
    const { isInvalidated } = run
    const current = query.state.data
    if (settled.kind === 'kept' && current !== undefined) {
      note(query, asOf)
      keep(query, slot, 'an answer was older than what is shown')
      return current
    }
    const isEqual = ledger.compare(query.queryHash, { data, asOf }) === 'equal'
    if (slot.isUnversioned && current !== undefined && governor.holdsBack(query, isEqual)) {
      // What the user has just done is shown until it is known to have happened, or not (O8).
      if (asOf !== undefined) ledger.admit(query.queryHash, { data, asOf, updatedAt: Date.now() })
      slot.isHeldBack = true
      keep(query, slot, 'an optimistic value is shown until its mutation has ended')
      return current
    }
    const consistency = consistencyOf(run, asOf)
    const isStale = consistency.achieved === 'behind' || settled.kind === 'kept'
    slot.arrival = {
      ...arrivalOf('fetched', consistency),
      asOf,
      isInvalidated: isInvalidated || isStale,
      isAskedAgain: isInvalidated && run.dataBefore === undefined,
      isStorable: run.isStorable,
    }
    return data
  }

  function note(query: Query, asOf: AsOf | undefined): void {
    if (asOf === undefined) return
    const { events } = parts
    const rejection = { source: 'network', reason: 'older', versions: asOf.low } as const
    events.emit({ type: 'entry:rejected', key: query.queryHash, ...rejection })
  }
}

/** What is shown stands in for an answer that nobody could give (S3). */
function standIn(query: Query, slot: Slot, error: unknown): unknown {
  const { data } = query.state
  if (data === undefined || directionOf(query) !== undefined || !isUnavailable(error)) throw error
  keep(query, slot, 'no source covered the floor in time')
  return data
}

/** Begins a run that the listeners of layer 3 find. */
function begin({ state }: Query, slot: Slot): Run {
  slot.run = beginRun(slot.asOf, state.data)
  slot.arrival = undefined
  return slot.run
}

/** Has what is shown stored once more: not as fetched, and with the age that it has (S2). */
function keep({ state }: Query, slot: Slot, why: string): void {
  const consistency = { achieved: 'behind', versions: slot.asOf?.low, why } as const
  const { dataUpdatedAt: updatedAt } = state
  slot.arrival = { ...arrivalOf('kept', consistency), updatedAt, isInvalidated: true }
}

function arrivalOf(kind: Arrival['kind'], consistency: QueryConsistency): Arrival {
  const nothing = { asOf: undefined, updatedAt: undefined }
  return { kind, consistency, ...nothing, isInvalidated: false, isAskedAgain: false, isStorable: true }
}

interface Call {
  readonly queryFn: AnyQueryFn
  readonly context: QueryFunctionContext
  readonly query: Query
  /** Whether the app's persister has had its turn. */
  readonly isAlone: boolean
}

interface Settled {
  readonly kind: 'fetched' | 'kept'
  readonly asOf: AsOf | undefined
  readonly data: unknown
}

interface Finished {
  readonly run: Run
  readonly settled: Settled
}

/** Whoever asks for one more page is told if there is none to be had. */
function directionOf({ state }: Query): string | undefined {
  return state.fetchMeta?.fetchMore?.direction
}

function consistencyOf({ reports }: Run, asOf: AsOf | undefined): QueryConsistency {
  const worst =
    reports.find(({ achieved }) => achieved === 'behind') ??
    reports.find(({ achieved }) => achieved === 'unverified')
  if (worst === undefined) return describe(asOf)
  return { achieved: worst.achieved, versions: asOf?.low, why: worst.why }
}

function describe(asOf: AsOf | undefined): QueryConsistency {
  return asOf === undefined
    ? { achieved: 'unverified', versions: undefined, why: 'no versioned read is known of this result' }
    : { achieved: 'fresh', versions: asOf.low, why: 'all that it was read from kept its level' }
}
