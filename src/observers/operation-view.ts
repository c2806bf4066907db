// The seam between what is read and what the user has done since: a watch shows the operations of its
// key laid over the newest base, and never stores what comes of it (lessons O1).

import type { Base } from '../core/operations/operation-log.ts'

/** The operations of a session, as a watch sees them. */
export interface OperationView {
  /**
   * Returns the value of a key with the operations over it that its base does not show yet: `value`
   * itself where there are none.
   */
  readonly apply: <T>(key: string, value: T | undefined, base: Base | undefined) => T | undefined
  /** Tells whether operations lie over a base of a key. */
  readonly isPending: (key: string, base: Base | undefined) => boolean
  /** Calls with each key whose operations have changed. Returns what ends it. */
  readonly subscribe: (listener: (key: string) => void) => () => void
}
