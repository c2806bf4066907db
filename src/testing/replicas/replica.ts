// One replica: what it has applied, and what it will apply when. The rules are those of `replica-simulator.ts`.

import type { Random } from '../determinism/random.ts'
import type { Distribution } from './distribution.ts'
import { epochAt, sharedUpTo } from './timeline.ts'
import type { Timeline } from './timeline.ts'

/** Whether a server can be reached, and what a client meets when it cannot. */
export type Reach = 'reachable' | 'status-503' | 'network-error'

/** A position in an epoch. */
export interface Place {
  readonly epoch: string
  readonly position: number
}

/** A position that a replica has applied, in the epoch in which it was written. */
export interface Applied extends Place {
  readonly server: string
  readonly atMs: number
}

/** An entry that a replica has yet to apply. */
export interface Due {
  readonly position: number
  readonly atMs: number
}

/** How a replica learns of a new epoch. `endedAtMs` is when its own ended: others may have come between. */
export interface Joining {
  readonly timeline: Timeline
  readonly atMs: number
  readonly endedAtMs: number
}

/** A replica. Whoever looks at it settles it first. */
export interface Replica {
  readonly name: string
  readonly random: Random
  lag: Distribution
  timeline: Timeline
  /** What is applied of `timeline`. Current only after `settle`. */
  position: number
  /** What follows `position`, without a gap, in the order of S1. */
  queue: Due[]
  /** The epoch that it is about to learn of: `queue` belongs to that one, and waits for it. */
  joins: Joining | undefined
  isPaused: boolean
  reach: Reach
  /** Whether it is held (S3). What was due before that is applied. */
  isStandingStill: boolean
  /** What the seat has applied, whoever sat on it. */
  readonly applied: Applied[]
}

/** Returns the age of the oldest write that a replica has yet to apply, in milliseconds. */
export function lagMsOf({ joins, queue, timeline }: Replica, atMs: number): number {
  const [next] = queue
  const coming = joins?.timeline ?? timeline
  const committedAtMs =
    next === undefined ? atMs : (coming.committedAtMs[next.position - 1] ?? atMs)
  return atMs - Math.min(committedAtMs, joins?.endedAtMs ?? atMs)
}

/** Applies what was due (S1). Asking twice at one time changes nothing. */
export function settle(replica: Replica, atMs: number): void {
  if (replica.isStandingStill) return // S3
  if (replica.joins !== undefined) {
    if (replica.joins.atMs > atMs) return // S4
    const { timeline } = replica.joins
    replica.position = Math.min(replica.position, sharedUpTo(replica.timeline, timeline))
    replica.timeline = timeline
    replica.joins = undefined
  }
  const count = replica.queue.findIndex((due) => due.atMs > atMs)
  const applied = replica.queue.splice(0, count === -1 ? replica.queue.length : count)
  replica.position = applied.at(-1)?.position ?? replica.position
  for (const due of applied) noteApplied(replica, due)
}

/** Notes what the seat of a replica has applied. */
export function noteApplied({ name, timeline, applied }: Replica, { position, atMs }: Due): void {
  applied.push({ server: name, epoch: epochAt(timeline, position), position, atMs })
}

/** Lets a replica apply a position, once it has applied all before it. */
export function schedule(replica: Replica, position: number, atMs: number): void {
  const previousMs = replica.queue.at(-1)?.atMs ?? replica.joins?.atMs ?? -Infinity
  replica.queue.push({ position, atMs: Math.max(previousMs, atMs) }) // S1
}
