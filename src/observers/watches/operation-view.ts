// The seam between what is read and what the user has done since: a watch shows the operations of its
// key laid over the newest base, and never stores what comes of it (lessons O1).

import type { Base } from '../../core/operations/operation-log.ts'
import type { Operation } from '../../core/operations/operation.ts'

/** The operations of a session, as a watch sees them. */
export interface OperationView {
  /** Returns the operations of a key that a base of it does not show yet, in their order. */
  readonly over: (key: string, base: Base | undefined) => readonly Operation[]
  /** Calls with each key whose operations have changed. Returns what ends it. */
  readonly subscribe: (listener: (key: string) => void) => () => void
}

/** No operations at all. */
export const noOperations: OperationView = {
  over: () => [],
  subscribe: () => () => undefined,
}
