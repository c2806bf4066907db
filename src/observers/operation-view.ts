// The seam between what is read and what the user has done since: a watch shows the operations of its
// key laid over the newest base, and never stores what comes of it (lessons O1).

/** The operations of a session, as a watch sees them. */
export interface OperationView {
  /** Returns the value of a key with its operations over it: `value` itself where there are none. */
  readonly apply: <T>(key: string, value: T | undefined) => T | undefined
  /** Tells whether operations lie over a key. */
  readonly isPending: (key: string) => boolean
  /** Calls with each key whose operations have changed. Returns what ends it. */
  readonly subscribe: (listener: (key: string) => void) => () => void
}

/** No operations at all. */
export const noOperations: OperationView = {
  apply: (_key, value) => value,
  isPending: () => false,
  subscribe: () => () => undefined,
}
