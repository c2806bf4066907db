// Witnesses: which piece of work a request belongs to, so that an adapter can tell what the result of a
// function was made of, though the function calls the wrapped `fetch` unchanged.
//
// A browser knows no context that follows a promise. Two things are known all the same: what a function
// begins before it first waits, and which signal a request carries.
//
// N1. A request is told to one witness: that of its signal, else that of the work it was begun in.
// N2. A request without a witness is told to nobody. What is not known is never guessed (I4).

import type { Versions } from '../../core/version.ts'
import type { ReadReport } from './report.ts'

/** What a witness is told of a read or of a write, once the answer is there and before its caller has it. */
export type Testimony =
  | { readonly response: Response; readonly report: ReadReport }
  | { readonly response: Response; readonly caused: Versions | undefined }

/** Whoever is told of requests. */
export type Witness = (testimony: Testimony) => void

/** The witnesses of one client. */
export interface Witnesses {
  /** Calls `work`, and tells `witness` of each request that is begun before `work` returns. */
  readonly during: <T>(witness: Witness, work: () => T) => T
  /** Tells `witness` of each request that carries `signal` itself. */
  readonly follow: (witness: Witness, signal: AbortSignal) => void
  /** Returns the witness of a request that begins now (N1). */
  readonly of: (input: RequestInfo | URL, init: RequestInit | undefined) => Witness | undefined
}

/** Makes the witnesses of a client. */
export function createWitnesses(): Witnesses {
  const bySignal = new WeakMap<AbortSignal, Witness>()
  let current: Witness | undefined
  return {
    during(witness, work) {
      const outer = current
      current = witness
      try {
        return work()
      } finally {
        current = outer
      }
    },
    follow: (witness, signal) => void bySignal.set(signal, witness),
    of(input, init) {
      // A Request follows the signal it was made with by one of its own, which says nothing of it.
      const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined)
      return (signal && bySignal.get(signal)) ?? current
    },
  }
}
