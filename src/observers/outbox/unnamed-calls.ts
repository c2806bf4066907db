// Calls that name what no outbox has: creations that only this page will ever know the names of (O7 of
// `courier.ts`). They are kept once these are told, in their order, and no sooner.

import type { Delivery } from '../mutations/delivery.ts'

/** The calls of one page that cannot be kept yet. */
export interface UnnamedCalls {
  /** Holds a call back, if it names what has no name yet. Tells whether it does. */
  readonly hold: (delivery: Delivery) => boolean
  /** Lets go of a call. Tells whether it was held back. */
  readonly release: (delivery: Delivery) => boolean
  /** Lets go of the first whose names are known by now, and returns it: once that is kept, the next may be known. */
  readonly takeNamed: () => Delivery | undefined
}

/** Makes what holds them back. `isKept` tells whether an outbox has a call. */
export function createUnnamedCalls(isKept: (id: string) => boolean): UnnamedCalls {
  const held = new Set<Delivery>()
  return {
    hold(delivery) {
      if (delivery.after().every(isKept)) return false
      held.add(delivery)
      return true
    },
    release: (delivery) => held.delete(delivery),
    takeNamed() {
      const named = [...held].find(({ after, doomed }) => doomed() === undefined && after().every(isKept))
      if (named !== undefined) held.delete(named)
      return named
    },
  }
}
