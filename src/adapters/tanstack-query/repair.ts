// Layer 3, repair: what reached the state of a query by ways that the other layers do not see, such as
// `hydrate`, `initialData`, or a function that has an own idea of sharing. It listens to the cache, and
// puts back what is newer in the very batch in which it was replaced, so that no consumer that renders
// in batches ever shows it.
//
//   success of a fetch    what the run has handed over says what it is (`Arrival`)
//   success by hand       tagged: at or after what is known, or put back; else it is the app's own word
//   setState, added       the same
//   removed               the value goes, what is known of it stays (I6)
//
// P1. What was kept leaves the query as invalidated, and as old, as it was (Q1, Q6).
// P2. An invalidation that came while the first fetch was under way is not lost (Q9).

import type { Query, QueryCacheNotifyEvent } from '@tanstack/query-core'
import type { Source } from '../../core/entry.ts'
import type { AsOf } from './as-of.ts'
import { admitValue } from './governor.ts'
import type { Governor } from './governor.ts'
import { isAtOrAfter } from './ledger.ts'
import type { Slot } from './ledger.ts'

/** Makes the listener of the cache. */
export function createRepair(governor: Governor): (event: QueryCacheNotifyEvent) => void {
  const { ledger, parts } = governor

  return (event) => {
    const { query } = event
    if (event.type === 'added') return takeValue(query, 'ssr')
    if (event.type === 'removed') return forget(query)
    if (event.type !== 'updated') return undefined
    const { action } = event
    switch (action.type) {
      case 'fetch':
        // What an earlier run handed over and was cancelled says nothing of this one.
        ledger.slotOf(query.queryHash).arrival = undefined
        return undefined
      case 'invalidate':
        return noteInvalidation(ledger.slotOf(query.queryHash))
      case 'success':
        return action.manual === true ? takeValue(query, 'push') : takeArrival(query)
      case 'setState':
        return 'data' in action.state ? takeValue(query, 'ssr') : undefined
      case 'continue':
      case 'error':
      case 'failed':
      case 'pause':
        return undefined
    }
  }

  /** Stores the result of a run. */
  function takeArrival(query: Query): void {
    const slot = ledger.slotOf(query.queryHash)
    const { arrival } = slot
    slot.run = undefined
    slot.arrival = undefined
    if (arrival === undefined) return takeValue(query, 'ssr') // A promise that was hydrated (Q14).
    slot.consistency = arrival.consistency
    if (arrival.kind !== 'kept') {
      slot.isUnversioned = false
      slot.isHeldBack = false
      slot.isStorable = arrival.isStorable
      if (arrival.asOf !== undefined) stand(query, arrival.asOf, arrival.updatedAt)
    }
    const { isInvalidated, updatedAt } = arrival
    if (isInvalidated || updatedAt !== undefined) {
      query.setState({ isInvalidated, ...(updatedAt === undefined ? {} : { dataUpdatedAt: updatedAt }) }) // P1
    }
    const isDue = arrival.isAskedAgain || (arrival.kind === 'restored' && query.isStale())
    if (isDue && query.isActive()) query.fetch().catch(ignore) // P2
  }

  /** Judges a value that the state of a query was given from elsewhere. */
  function takeValue(query: Query, source: Source): void {
    const { data } = query.state
    if (data === undefined) return // A reset: what is known of the query stays (Q21).
    const { queryHash: hash } = query
    const asOf = ledger.asOfData(hash, data)
    const slot = ledger.slotOf(hash)
    if (asOf === undefined) {
      const earlier = slot.isUnversioned ? slot.setDuring : []
      slot.setDuring = [...new Set([...earlier, ...governor.underWay()])]
      slot.isUnversioned = true
      slot.consistency = { achieved: 'unverified', versions: undefined, why: 'it was set without a version' }
      return
    }
    const isOfEpoch = asOf.high.every(parts.held.session.isOfEpoch)
    const order = ledger.compare(hash, { data, asOf })
    if (!isOfEpoch || (slot.asOf !== undefined && !isAtOrAfter(order))) {
      return putBack(query, slot, { asOf, source })
    }
    if (source === 'ssr' && data === slot.newest?.data && query.state.dataUpdatedAt > slot.newest.updatedAt) {
      // What was hydrated was older, and has been replaced (`carry.ts`): it has made nothing fresh (P1).
      query.setState({ isInvalidated: true, dataUpdatedAt: slot.newest.updatedAt })
      return
    }
    slot.isUnversioned = false
    slot.consistency = { achieved: 'fresh', versions: asOf.low, why: `it came from elsewhere (${source})` }
    stand(query, asOf, query.state.dataUpdatedAt)
  }

  function stand(query: Query, asOf: AsOf, updatedAt = query.state.dataUpdatedAt): void {
    admitValue(governor, query, { data: query.state.data, updatedAt, asOf })
  }

  function putBack(
    query: Query,
    { newest }: Slot,
    { asOf, source }: { readonly asOf: AsOf; readonly source: Source },
  ): void {
    const { queryHash: key } = query
    parts.events.emit({ type: 'entry:rejected', key, source, reason: 'older', versions: asOf.low })
    if (newest !== undefined) {
      const { data, updatedAt: dataUpdatedAt } = newest
      query.setState({ data, dataUpdatedAt, isInvalidated: true, status: 'success', error: null })
      return
    }
    // What was shown is gone, and this is from before it: nothing is better than the past.
    query.setState({ data: undefined, dataUpdatedAt: 0, isInvalidated: true, status: 'pending' })
    if (query.isActive()) query.fetch().catch(ignore)
  }

  function forget({ queryHash }: Query): void {
    const slot = ledger.find(queryHash)
    if (slot === undefined) return
    slot.newest = undefined
    slot.run = undefined
    slot.arrival = undefined
    slot.isUnversioned = false
  }
}

function noteInvalidation(slot: Slot): void {
  if (slot.run !== undefined) slot.run.isInvalidated = true
  if (slot.arrival !== undefined) slot.arrival = { ...slot.arrival, isInvalidated: true }
}

/** The state of the query has the error; nobody awaits this fetch. */
function ignore(): void {}
