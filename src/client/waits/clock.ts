// The clock of a client: both of its parts can be given, so that a test owns time.

/** Calls back after a delay in milliseconds, unless the function that it returns is called. */
export type SetTimer = (callback: () => void, delayMs: number) => () => void

/** What a client tells time by, and waits with. */
export interface Clock {
  /** Milliseconds since 1970. It may be set while something waits. */
  readonly now: () => number
  readonly setTimer: SetTimer
}
