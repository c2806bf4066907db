// Session affinity: the same session, the same replica.
//
// It spares a session the sight of two replicas that differ, most of the time, and keeps the caches of
// a replica warm. It is no guarantee, and never reported as one (lessons R24): it breaks whenever a
// replica is replaced. What guards the session then is the judge, as always.
//
// A1. Rendezvous hashing: a replica more or less moves only the sessions that it has to.
// A2. A session moves on while its replica is left to rest (P3), is known to be behind what the read
//     has to cover, or was found behind a moment ago. It comes back after that.

import type { Policy } from '../policy.ts'
import { rendezvousWeight } from '../rendezvous.ts'

/** What {@link stickyReplica} may be told. */
export interface StickyReplicaOptions {
  /**
   * How long a session stays away from a replica that was behind, in milliseconds.
   *
   * @default 2000
   */
  readonly awayMs?: number | undefined
}

/**
 * Prefers one replica for all reads of a session, and the primary after all replicas.
 *
 * How the choice is told, by address, header or cookie, is said where the endpoints are named.
 */
export function stickyReplica({ awayMs = 2000 }: StickyReplicaOptions = {}): Policy {
  return ({ question: { seat, atMs } }) => ({
    why: 'it is the replica of this session',
    rank: ({ name, isPrimary, coverage, wasBehindAtMs }) => {
      if (isPrimary) return 2
      const wasBehind = wasBehindAtMs !== undefined && atMs - wasBehindAtMs < awayMs
      const isAway = coverage === 'behind' || (wasBehind && coverage !== 'covers') // A2
      return rendezvousWeight(seat, name) + (isAway ? 1 : 0) // A1
    },
  })
}
