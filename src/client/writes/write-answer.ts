// What the answer of a write says, told to who has sent it, in the very step before any of it is shown.
//
// Whoever lays operations over what is shown has to know that a write is in the base before the base is
// told of: told afterwards, a listener between the two would see its effect twice.
//
// A1. Told once, of answers that acknowledge (2xx) only, to the one who listens by the request's signal.

import type { Versions } from '../../core/version.ts'
import type { Representation } from '../../transport/representation.ts'
import { reportUncaught } from '../events/uncaught.ts'

/** What an acknowledgement says. */
export interface WriteAnswer {
  /** What the write has caused, if the answer tells. */
  readonly versions: Versions | undefined
  /** The answer at rest, where it had to be read. */
  readonly representation: Representation | undefined
}

const listeners = new WeakMap<AbortSignal, (answer: WriteAnswer) => void>()

/** Calls back with the answer of the write that is sent with a signal. */
export function hearAnswer(signal: AbortSignal, listener: (answer: WriteAnswer) => void): void {
  listeners.set(signal, listener)
}

/** Tells the answer of a write, before any of it is shown. */
export function tellAnswer(signal: AbortSignal | undefined, answer: WriteAnswer): void {
  const listener = signal && listeners.get(signal)
  if (signal === undefined || listener === undefined) return
  listeners.delete(signal) // A1
  try {
    listener(answer)
  } catch (error) {
    reportUncaught(error)
  }
}
