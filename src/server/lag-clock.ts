// How old a replica's state may be, by our own clock.
//
// `now() - pg_last_xact_replay_timestamp()` and its kin grow for ever while nobody writes, and compare
// the clocks of two machines (lessons V18). So this remembers when the primary was known to stand where:
// a replica that covers what the primary had at some moment is no older than that moment.
//
// C1. The answer is an upper bound, or `undefined`: a bound on staleness rests on it.
// C2. Bounded: so many moments, so far apart. What is older than all of them is unknown.

import { coversPosition } from '../core/standing.ts'
import type { Point, VersionFormat } from '../core/version.ts'

/** Tells how old a state may be. */
export interface LagClock {
  /** Notes where the primary stood at a time, which was read before it was asked. */
  readonly note: (primary: Point, atMs: number) => void
  /** How old a state may be at most, in milliseconds. */
  readonly lagMsOf: (state: Point, nowMs: number) => number | undefined
}

interface Moment extends Point {
  readonly atMs: number
}

const momentsMax = 256
const apartMs = 50

/** Makes a clock of the primary's positions. */
export function createLagClock(format: VersionFormat): LagClock {
  // The oldest first. The last one is replaced until it is far enough from the one before.
  let moments: Moment[] = []
  return {
    note({ epoch, position }, atMs) {
      const last = moments.at(-1)
      if (last !== undefined && last.epoch !== epoch) moments = []
      const previous = moments.at(-2)
      if (previous !== undefined && (moments.at(-1)?.atMs ?? 0) - previous.atMs < apartMs) moments.pop()
      moments.push({ epoch, position, atMs })
      if (moments.length > momentsMax) moments.shift() // C2
    },
    lagMsOf(state, nowMs) {
      const covered = moments.findLast(
        ({ epoch, position }) =>
          epoch === state.epoch && coversPosition(format, state.position, position),
      )
      return covered && Math.max(0, nowMs - covered.atMs) // C1
    },
  }
}
