// The read plan: what a read does before anything is sent.
//
// R1. A held value is served only where it covers the read's floor (I2): however young it is.
// R2. Without a rule that allows it, a read goes to the network. Holding back requests is a choice
//     of the app, since a held value may be older than what others have written.
// R3. A read that asks for the primary always goes there.
// R4. A bound on staleness bounds held values too.
// R5. An age below nothing is unknown (I4): the clock was set back, and nobody can tell by how much. The
//     network tells anew.

import type { Requirement } from './guarantee.ts'

/** What a rule allows a held value to do. */
export interface Reuse {
  /** How long a held value answers with no request at all, in milliseconds. */
  readonly maxAgeMs: number
  /** How long after that it answers at once while a request renews it, in milliseconds. */
  readonly staleWhileRevalidateMs: number
}

/** What the plan is made from. */
export interface ReadSituation {
  readonly requirement: Requirement
  readonly reuse: Reuse
  /** Whether something is held, and covers the floor of the read as it stands now. */
  readonly holdsEnough: boolean
  /** How long ago a source vouched for what is held, in milliseconds. */
  readonly ageMs: number
  /** Whether the platform would hide the answer's version, as it does in the mode `no-cors`. */
  readonly isOpaque: boolean
}

/** What a read does. */
export type ReadPlan = 'serve' | 'revalidate' | 'fetch' | 'refuse'

/** Decides what a read does. */
export function planRead(situation: ReadSituation): ReadPlan {
  const { requirement, reuse, holdsEnough, ageMs } = situation
  if (situation.isOpaque) return 'refuse'
  if (!holdsEnough || requirement.asksPrimary) return 'fetch' // R1, R3
  if (ageMs < 0) return 'fetch' // R5
  const bound = requirement.maxStalenessMs ?? Number.POSITIVE_INFINITY
  if (ageMs > bound) return 'fetch' // R4
  if (ageMs <= reuse.maxAgeMs) return 'serve'
  return ageMs <= reuse.maxAgeMs + reuse.staleWhileRevalidateMs ? 'revalidate' : 'fetch' // R2
}
