// The ledger of a query cache: for each query, the newest value that was ever shown, and as of what.
//
// TanStack Query knows when data came, and not how new it is. This is what is known besides, for one
// QueryCache, and the one gate that every value of its queries passes (I5).
//
// L1. `asOf` of a query never falls, but with the end of a history (I1). It outlives the value: a query
//     that was collected as garbage comes back at its version or after it, or not at all (I6, Q21).
// L2. What has no version is accepted, since an app that sets data means it, and proves nothing: it
//     neither raises nor clears what is known (I4).
// L3. Values that come from elsewhere (hydrated, from disk, another tab) have to be at or after what is
//     known. Only an answer that was judged when it arrived may be unordered with it.

import type { ClientParts } from '../../client/exchanges/parts.ts'
import { joinAnswers } from '../../core/gate.ts'
import type { FormatOf, Order, Version, Versions } from '../../core/version.ts'
import { compareAsOf } from './as-of.ts'
import type { AsOf } from './as-of.ts'
import { comparePages, isPaged, spanOfPages } from './pages.ts'
import type { Run } from './run.ts'
import { createTags } from './tags.ts'
import type { Tags } from './tags.ts'

/** What is shown of a query, and what is known of it. */
export interface QueryConsistency {
  /**
   * `fresh`: all that it was read from kept its level. `behind`: something newer exists, and could not be
   * had. `unverified`: nobody can say, since no version is known.
   */
  readonly achieved: 'fresh' | 'behind' | 'unverified'
  /** The versions that the data holds wholly, if any are known. */
  readonly versions: Versions | undefined
  /** In words. */
  readonly why: string
}

/** A value and how new it is. */
export interface Newest {
  readonly data: unknown
  readonly updatedAt: number
}

/** What a run hands over to the moment in which its result is stored. */
export interface Arrival {
  /** `kept` is what was shown already: it must not count as fetched anew (Q1). */
  readonly kind: 'fetched' | 'kept' | 'restored'
  readonly asOf: AsOf | undefined
  readonly updatedAt: number | undefined
  readonly consistency: QueryConsistency
  /** Whether it leaves the query invalidated. */
  readonly isInvalidated: boolean
  /** Whether somebody asked for another fetch while the first of a query was under way (Q9). */
  readonly isAskedAgain: boolean
  readonly isStorable: boolean
}

/** What is known of one query. */
export interface Slot {
  /** Of the newest value that was let in (L1). */
  asOf: AsOf | undefined
  /** That value, until the query is removed. */
  newest: Newest | undefined
  /** The run that is under way. */
  run: Run | undefined
  arrival: Arrival | undefined
  /** Whether what is shown was set by the app without a version, as an optimistic update is. */
  isUnversioned: boolean
  /** The mutations that were under way when the app set it: it may be the optimistic value of any (O8). */
  setDuring: readonly unknown[]
  /** Whether what is shown may reach a disk. */
  isStorable: boolean
  /** Whether a result waits for the end of a mutation. */
  isHeldBack: boolean
  consistency: QueryConsistency
}

/** What is known of the queries of one cache. */
export interface Ledger {
  readonly tags: Tags
  readonly formatOf: FormatOf
  readonly slotOf: (hash: string) => Slot
  readonly find: (hash: string) => Slot | undefined
  /** Returns the as-of of data in a query, by what it or its pages are tagged with. */
  readonly asOfData: (hash: string, data: unknown) => AsOf | undefined
  /** Tells how a value stands to the newest that is known, or `undefined` where nobody can tell. */
  readonly compare: (hash: string, value: { data: unknown; asOf: AsOf | undefined }) => Order | undefined
  /** Notes a value that now stands, and raises the floors of the session by it. */
  readonly admit: (hash: string, value: Newest & { readonly asOf: AsOf }) => void
  /** Drops what rests on a history that has ended. */
  readonly dropEpoch: (version: Version) => void
  /** Drops everything, with the session (I11). */
  readonly forget: () => void
}

const unknown: QueryConsistency = {
  achieved: 'unverified',
  versions: undefined,
  why: 'no version is known',
}

// What is known of a query is small, and a page that met more of them than this has other troubles.
const slotsMax = 10_000

/** Makes the ledger of a cache. */
export function createLedger(parts: ClientParts): Ledger {
  const { formatOf } = parts.scopes
  const tags = createTags(formatOf)
  const slots = new Map<string, Slot>()

  function slotOf(hash: string): Slot {
    const known = slots.get(hash)
    if (known !== undefined) return known
    const slot: Slot = {
      asOf: undefined,
      newest: undefined,
      run: undefined,
      arrival: undefined,
      isUnversioned: false,
      setDuring: [],
      isStorable: true,
      isHeldBack: false,
      consistency: unknown,
    }
    slots.set(hash, slot)
    if (slots.size > slotsMax) forgetOne(slots)
    return slot
  }

  function asOfData(hash: string, data: unknown): AsOf | undefined {
    return tags.of(data, hash) ?? (isPaged(data) ? spanOfPages(formatOf, tags, { data, hash }) : undefined)
  }

  return {
    tags,
    formatOf,
    slotOf,
    find: (hash) => slots.get(hash),
    asOfData,

    compare(hash, { data, asOf }) {
      const slot = slots.get(hash)
      if (slot?.asOf === undefined || asOf === undefined) return undefined
      const right = slot.newest?.data
      const byPage =
        isPaged(data) && isPaged(right)
          ? comparePages(formatOf, tags, { hash, left: data, right })
          : undefined
      return byPage ?? compareAsOf(formatOf, asOf, slot.asOf)
    },

    admit(hash, { data, updatedAt, asOf }) {
      const slot = slotOf(hash)
      // What is unordered with what is known holds neither wholly: only the join says what was shown.
      const isNewer = slot.asOf === undefined || isAtOrAfter(compareAsOf(formatOf, asOf, slot.asOf))
      const known = slot.asOf
      slot.asOf =
        isNewer || known === undefined
          ? asOf
          : { low: asOf.low, high: joinAnswers(formatOf, known.high, asOf.high) }
      slot.newest = { data, updatedAt }
      tags.set(data, asOf, hash)
      parts.held.session.recordRead(asOf.high)
    },

    dropEpoch({ scope, epoch }) {
      for (const slot of slots.values()) {
        const isOld = slot.asOf?.high.some((version) => version.scope === scope && version.epoch !== epoch)
        if (isOld !== true) continue
        slot.asOf = undefined
        slot.newest = undefined
        slot.consistency = unknown
      }
    },

    forget() {
      slots.clear()
      tags.forget()
    },
  }
}

/** Tells whether a value may stand where another is known. */
export function isAtOrAfter(order: Order | undefined): boolean {
  return order === 'after' || order === 'equal'
}

function forgetOne(slots: Map<string, Slot>): void {
  for (const [hash, slot] of slots) {
    if (slot.newest !== undefined || slot.run !== undefined) continue
    slots.delete(hash)
    return
  }
}
