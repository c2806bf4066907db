// When a tombstone may be forgotten, and the floor of a key that nothing is held under any more.
//
// A page that is open for long meets ever other keys: what was deleted, what was searched for once. Their values
// are evicted, but floors outlive values (I6), and would do so without bound.
//
// A tombstone keeps a deleted thing from coming back, so it has to outlive every answer from before the
// deletion: the slowest replica, the longest request (lessons R9). No time is long enough for that, but a
// floor is: what is below the floor that its scope has by now is turned away without it.
//
// T1. A tombstone may go once the floor of the session covers all that its key was shown, in each scope;
//     and where the deletion came after the version that it knows, once the floor is after that.
// T2. What it said does not go with it. It is joined to one floor for all keys that were collected, and
//     that is the floor of every key of which nothing is known: none of them can be told from a collected
//     one. So a read that asks for no more than the floor of its key, and a value that arrives late, still
//     meet what the tombstone would have told them.
// T3. That floor covers no more than was shown. It costs a key that was never seen, at the level
//     `monotonic-reads`, no more than what the session has seen of its scope.

import type { KeyState } from './entry.ts'
import { joinAnswers } from './gate.ts'
import { compareVersions } from './version.ts'
import type { FormatOf, Version, Versions } from './version.ts'

/** The key under which the floor of collected keys is held and stored. No resource has it. */
export const collectedKey = 'tidemark:collected'

// A storage refuses longer lists as a stranger's. A resource that is a scope of its own has no floor but
// its own to stand on, so beyond this its tombstone stays.
const scopesMax = 128

/**
 * Returns the floor of the collected keys once `state` is one of them, or `undefined` where it has to stay.
 */
export function collect(
  formatOf: FormatOf,
  { floor, entry }: KeyState<unknown>,
  { collected, floorIn }: { readonly collected: Versions; readonly floorIn: (scope: string) => Version | undefined },
): Versions | undefined {
  if (entry?.kind === 'value') return undefined
  const isAfter = entry?.isAfter === true
  const shown: Version[] = []
  for (const version of floor) {
    const stands = floorIn(version.scope)
    const order = stands && compareVersions(formatOf, stands, version)
    if (stands === undefined || (order !== 'after' && (order !== 'equal' || isAfter))) return undefined // T1
    shown.push(isAfter ? stands : version)
  }
  const joined = joinAnswers(formatOf, collected, shown)
  return joined.length > scopesMax ? undefined : joined // T2, T3
}

/** Returns the floor of a key of which nothing is known, in the scopes that `versions` speak of. */
export function floorOfUnknown(collected: Versions | undefined, versions: Versions): Versions {
  return (collected ?? []).filter(({ scope }) => versions.some((version) => version.scope === scope))
}
