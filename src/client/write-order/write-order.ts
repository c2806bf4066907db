// The order of writes, as a rule asks for it: the contract between the write path and what keeps it.
//
// O1. `send` must take the write's place in the very step in which it is called, so that writes leave in
//     the order in which the app called for them; and what the caller changes afterwards changes nothing,
//     as with the platform's own fetch.
// O2. It calls `transmit` once, when the write may leave, or rejects, and then the write was not sent.

import type { EventFacts } from '../events/events.ts'

/** How the writes of one scope follow each other. See {@link serialized}. */
export interface WriteOrder {
  readonly name: string
  /** Sends a write when its turn has come. */
  readonly send: <T>(write: OrderedWrite, transmit: (request: Request) => Promise<T>) => Promise<T>
}

/** A write, as it was called. */
export interface OrderedWrite {
  /** Whose write it is: one object for each client. */
  readonly client: object
  readonly input: RequestInfo | URL
  readonly init: RequestInit | undefined
  readonly url: URL
  readonly method: string
  readonly signal: AbortSignal | undefined
  /** The scopes that it touches, by their ids, where the wire knows them by the request alone. */
  readonly scopes: readonly string[] | undefined
  /** The scopes that its rule names, by their ids. */
  readonly ruleScopes: readonly string[]
  readonly options: {
    readonly principal: string
    /** Milliseconds since 1970. */
    readonly now: () => number
    /** Calls back after a delay, unless the function that it returns is called. */
    readonly setTimer: (callback: () => void, delayMs: number) => () => void
  }
  readonly emit: (facts: EventFacts) => void
}
