// The time of the small world on this page. It stands still while the page is paused and while it is
// being reloaded, so that one can look at a moment, step by step, and lose none of it.

/** A clock that can be stopped. */
export interface WorldClock {
  /** Milliseconds since the world began, without those in which it stood still. */
  readonly now: () => number
  /** Waits. Whoever waits while time stands still moves it. */
  readonly sleep: (ms: number) => Promise<void>
  readonly isRunning: () => boolean
  readonly run: () => void
  readonly stop: () => void
  /** Moves time that stands still. */
  readonly advance: (ms: number) => void
}

/** Makes a clock that stands at `startMs`. */
export function createWorldClock(startMs: number): WorldClock {
  let stoodAtMs = startMs
  /** Where the time of the machine was when ours last began to run, or `undefined` while it stands. */
  let ranFromMs: number | undefined
  const now = (): number =>
    ranFromMs === undefined ? stoodAtMs : stoodAtMs + (performance.now() - ranFromMs)
  const advance = (ms: number): void => {
    if (ranFromMs === undefined) stoodAtMs += ms
  }
  return {
    now,
    async sleep(ms) {
      await new Promise((resolve) => setTimeout(resolve, ms))
      advance(ms)
    },
    isRunning: () => ranFromMs !== undefined,
    run() {
      ranFromMs ??= performance.now()
    },
    stop() {
      stoodAtMs = now()
      ranFromMs = undefined
    },
    advance,
  }
}
