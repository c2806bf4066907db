// How a server stands to a floor: the server's half of the judgement.
//
// The client judges an answer (`judge.ts`). A server is asked the same before it answers, and knows
// more: whether it takes the writes, and which earlier histories its own goes on from.
//
// S1. A floor of another epoch is met only where that epoch is an ancestor, and only up to the place
//     where this history parted from it. What lies above was lost with the failover (lessons V15).
// S2. *Never* is the primary's word alone. A replica may have yet to hear of an epoch.
// S3. A floor above the primary's position is *never*: whoever made it, no write leads there (lessons
//     P6). It is the caller's part to look at the primary anew before it says so.

import type { Point, VersionFormat } from './version.ts'

/** Where a server stands: what it has applied, and what its history goes on from. */
export interface Standpoint extends Point {
  /** Whether it takes the writes. */
  readonly isPrimary: boolean
  /** Earlier epochs by name, each with the last position that this history shares with it. */
  readonly ancestors?: ReadonlyMap<string, string> | undefined
}

/** How a server stands to a floor: it covers it, does not yet, or never will. */
export type Standing = 'met' | 'behind' | 'never'

/** Tells how a server stands to a floor of its scope. */
export function standingTo(format: VersionFormat, have: Standpoint, floor: Point): Standing {
  const isShared = have.epoch === floor.epoch || isAncestral(format, have, floor) // S1
  if (isShared && coversPosition(format, have.position, floor.position)) return 'met'
  return have.isPrimary ? 'never' : 'behind' // S2, S3
}

function isAncestral(format: VersionFormat, { ancestors }: Standpoint, floor: Point): boolean {
  const last = ancestors?.get(floor.epoch)
  return last !== undefined && coversPosition(format, last, floor.position)
}

/** Tells whether `left` is `equal` to `right` or `after` it, of positions of one history. */
export function coversPosition(format: VersionFormat, left: string, right: string): boolean {
  const order = format.comparePositions(left, right)
  return order === 'equal' || order === 'after'
}
