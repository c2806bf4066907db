// The contract between the kit and a database.

import type { Standpoint } from '../core/standing.ts'
import type { VersionFormat } from '../core/version.ts'

/** What one look at a node found. */
export interface Sample extends Standpoint {
  /** Of several nodes that claim to take the writes, the one with the highest term does. @default 0 */
  readonly term?: number | undefined
}

/**
 * Tells how far one node of a database is.
 *
 * 1. `sample` must ask one node, the one that the handler will read from: behind an address that stands
 *    for several nodes nothing can be promised.
 * 2. A read that begins after `sample` has resolved must see all that its position covers.
 * 3. What a read has seen that ended before `sample` was called must be covered by its position, and so
 *    must a write whose commit was acknowledged before (lessons V22: an LSN is taken after COMMIT).
 * 4. `epoch` must change whenever acknowledged writes may have been lost: a restore, a failover. Two
 *    histories must never share one (lessons V14, V15).
 * 5. `isPrimary` must be true only of a node that takes writes.
 * 6. `sample` must reject where it cannot tell. It must not answer with a default (I4).
 *
 * The kit asks once for all that wait, and never twice at a time. It does not ask while nobody does.
 */
export interface VersionSource {
  /** How positions compare. */
  readonly format: VersionFormat
  readonly sample: () => Promise<Sample>
  /**
   * Resolves when the node has come to a position, or after `waitMs`, where the database can wake whoever
   * waits. It is asked one at a time, on a connection that `sample` does not wait for. It proves nothing: a
   * look follows. Where it is missing, or rejects, progress is looked for at intervals.
   */
  readonly arrival?: ((position: string, waitMs: number) => Promise<void>) | undefined
  /** How much history lies between two positions, in the unit of the database, such as bytes of log. */
  readonly distance?: ((from: string, to: string) => number) | undefined
}
