// When a history restarts.
//
// A restore from a backup, or a failover that lost writes, begins a new epoch of a scope. Positions
// of two epochs do not compare, so a floor of the old epoch can neither be met nor be forgotten in
// silence: it is replaced, once, by what the primary says, together with the values that rest on it.
//
// E1. A newer epoch never proves that a floor is met (lessons V5): it only proves that the floor
//     cannot be met any more.
// E2. An answer from an epoch known to be older is *behind*: a replica that has yet to hear of the
//     failover. It never resets anything.
// E3. A reset replaces all floors of the scope in one step: no floor of it stays in the old epoch.

import { noFloors } from './session.ts'
import type { ScopeFloors } from './session.ts'
import type { FormatOf, Version } from './version.ts'

/** How the epoch of an answer stands to the epoch of a floor in the same scope. */
export type EpochRelation = 'same' | 'older' | 'newer' | 'unordered'

/** Tells how the epoch of `answer` stands to that of `floor`. */
export function relateEpochs(formatOf: FormatOf, answer: Version, floor: Version): EpochRelation {
  if (answer.epoch === floor.epoch) return 'same'
  switch (formatOf(floor.scope).compareEpochs?.(answer.epoch, floor.epoch)) {
    case 'before':
      return 'older'
    case 'after':
      return 'newer'
    default:
      return 'unordered'
  }
}

/** Returns the floors of a scope whose history restarted, once the primary answered with `seen`. */
export function resetFloors(seen: Version): ScopeFloors {
  // The writes of the old epoch are not known to be in the new one, so nothing is kept of them.
  return { ...noFloors, read: seen } // E3
}
