// What happens by itself: reads at an interval, and a write a second, until the visitor has seen enough.

import type { WorldClock } from './world-clock.ts'

/** From one read to the next, in milliseconds. */
export const readIntervalMs = 500
/** Every so many reads, a write: one a second. */
const readsPerWrite = 2
/** A page that is left alone comes to rest after so many reads: three minutes. */
const readsMax = 360

/** What a player plays. */
export interface Piece {
  readonly clock: WorldClock
  /** Looks again, as the page of an app does. */
  readonly read: () => void
  /** Does the next thing that a user might do. */
  readonly write: () => void
  /** Says that playing began, or ended, and whether it ended by itself. */
  readonly changed: (state: 'playing' | 'paused' | 'at rest') => void
}

/** Plays and pauses. */
export interface Player {
  readonly isPlaying: () => boolean
  readonly play: () => void
  readonly pause: () => void
}

/** Makes a player, which is paused. */
export function createPlayer({ clock, read, write, changed }: Piece): Player {
  let timer: ReturnType<typeof setInterval> | undefined
  let reads = 0
  const stop = (state: 'paused' | 'at rest'): void => {
    clearInterval(timer)
    timer = undefined
    clock.stop()
    changed(state)
  }
  const tick = (): void => {
    if (reads % readsPerWrite === 0) write()
    read()
    reads += 1
    if (reads % readsMax === 0) stop('at rest')
  }
  return {
    isPlaying: () => timer !== undefined,
    play() {
      if (timer !== undefined) return
      clock.run()
      timer = setInterval(tick, readIntervalMs)
      changed('playing')
      tick()
    },
    pause() {
      if (timer !== undefined) stop('paused')
    },
  }
}
