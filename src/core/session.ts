// Session floors.
//
// For each scope a session keeps the join of the versions it has been shown (the read floor) and of
// those it has itself caused (the write floor): the read-vector and write-vector of Terry et al.,
// "Session Guarantees for Weakly Consistent Replicated Data", PDIS 1994. Versions may be concurrent
// (GTID sets, version vectors), so a floor is a least upper bound and not a maximum: it may name a
// state that no single response has ever carried. The two are kept apart, because a reader who asks
// for no more than its own writes must not wait for all that it ever saw (lessons S1).
//
// F1. No floor falls (I1): each function here returns floors that cover the ones it was given.
// F2. Joining is commutative, associative and idempotent, so tabs may exchange floors in any order
//     and any number of times.
// F3. A floor is exactly the join of versions that were really seen. Nothing is assumed.
// F4. The floors of one scope stay in one epoch. Entering another is decided in `epoch.ts`.
// F5. Versions of one epoch that their format calls foreign, such as two histories that split under one
//     name, have no join. The floor that stands stays, and the judge says `never` of the other.

import { invariant } from './invariant.ts'
import { joinVersions } from './version.ts'
import type { FormatOf, Version } from './version.ts'

/** What one session has seen and caused in one scope. */
export interface ScopeFloors {
  readonly read?: Version | undefined
  readonly write?: Version | undefined
}

/** The floors of a scope of which nothing is known. */
export const noFloors: ScopeFloors = {}

/** Returns the floors after the session has been shown `seen`. */
export function recordRead(formatOf: FormatOf, floors: ScopeFloors, seen: Version): ScopeFloors {
  const read = raise(formatOf, floors.read, withinEpoch(floors, seen))
  // Unchanged floors are the same object, so that observers can compare by identity.
  return read === floors.read ? floors : { ...floors, read }
}

/** Returns the floors after the session has caused `caused`. */
export function recordWrite(formatOf: FormatOf, floors: ScopeFloors, caused: Version): ScopeFloors {
  const write = raise(formatOf, floors.write, withinEpoch(floors, caused))
  return write === floors.write ? floors : { ...floors, write }
}

/** Returns the floors of one session that two tabs know of. */
export function joinFloors(formatOf: FormatOf, left: ScopeFloors, right: ScopeFloors): ScopeFloors {
  const withRead = right.read === undefined ? left : recordRead(formatOf, left, right.read)
  return right.write === undefined ? withRead : recordWrite(formatOf, withRead, right.write)
}

/** Returns the least version that covers both floors, or `undefined` where there is none. */
export function readAndWriteFloor(formatOf: FormatOf, floors: ScopeFloors): Version | undefined {
  if (floors.read === undefined || floors.write === undefined) return floors.read ?? floors.write
  return raise(formatOf, floors.read, floors.write)
}

/** Returns the epoch that the floors of a scope stand in, or `undefined` where there are none. */
export function epochOf(floors: ScopeFloors): string | undefined {
  return (floors.read ?? floors.write)?.epoch
}

/** Returns `seen` if the other floor of its scope allows it too, which `raise` does not look at. */
function withinEpoch(floors: ScopeFloors, seen: Version): Version {
  const epoch = epochOf(floors)
  // Positions of two epochs say nothing about each other: after a restore, the higher may be older.
  invariant(
    epoch === undefined || epoch === seen.epoch,
    `"${seen.scope}" changed epoch unannounced`,
  ) // F4
  return seen
}

function raise(formatOf: FormatOf, floor: Version | undefined, seen: Version): Version {
  if (floor === undefined) return seen
  const joined = joinVersions(formatOf, floor, seen) // F1, F3
  const isSplit = joined === undefined && floor.scope === seen.scope && floor.epoch === seen.epoch
  if (isSplit) return floor // F5
  invariant(joined !== undefined, `floors of "${floor.scope}" and "${seen.scope}" were mixed`)
  return joined
}
