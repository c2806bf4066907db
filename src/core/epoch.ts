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
// E4. A source that restarts without a new epoch, or has none to tell, is given one by us: its epoch
//     with a prime behind. So two histories never share a name, in no tab and on no disk, although the
//     source calls both the same. The prime never travels, and cannot come from a header, which is ASCII.

import { epochOf, noFloors } from './session.ts'
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

const prime = '\u2032'

/** Returns the epoch that follows `epoch` where the source does not name it (E4). */
export function primed(epoch: string): string {
  return epoch + prime
}

/** Returns the epoch as the source calls it. */
export function unprimed(epoch: string): string {
  return epoch.replace(/\u2032+$/, '')
}

/** Tells whether an epoch is one that we named, and follows another of its source (E4). */
export function isPrimedOf(epoch: string, other: string): boolean {
  return epoch.length > other.length && unprimed(epoch) === unprimed(other)
}

/** Returns a version from outside in the epoch that we know its source's epoch by. */
export function withKnownEpoch(seen: Version, floors: ScopeFloors): Version {
  const known = epochOf(floors)
  const isKnown = known !== undefined && known !== seen.epoch && unprimed(known) === seen.epoch
  return isKnown ? { ...seen, epoch: known } : seen
}
