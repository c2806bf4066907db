// The gate: the one door by which entries enter (I5).
//
// Everything that brings a value passes `admit`, whatever its source, before anyone is told of it.
//
// G1. No key goes from a newer to an older version of one epoch (I2): what comes before the floor of
//     its key is rejected, and so is what cannot be compared with it.
// G2. Concurrent versions raise the floor to their join, and no value is picked: the one held stays,
//     and the next read asks for a version that covers both (lessons V6).
// G3. A tombstone is replaced only by what comes after it (I9). One that says no more than "at this
//     version" lets a value of the same version in, since positions may be coarse (lessons V19).
// G4. `admit` decides and returns; it changes nothing. The caller stores the state and tells others.

import type { Entry, KeyState } from './entry.ts'
import { compareAnswers, joinVersions, versionIn } from './version.ts'
import type { FormatOf, Versions } from './version.ts'

/** Why an entry was turned away. */
export type RejectionReason = 'older' | 'concurrent' | 'foreign' | 'deleted'

/** What the gate decided, and the state of the key afterwards. */
export type Admission<T> =
  | { readonly outcome: 'applied' | 'same'; readonly state: KeyState<T> }
  | {
      readonly outcome: 'rejected'
      readonly reason: RejectionReason
      readonly state: KeyState<T>
    }

/** Decides whether `incoming` may stand under its key. */
export function admit<T>(
  formatOf: FormatOf,
  state: KeyState<T> | undefined,
  incoming: Entry<T>,
): Admission<T> {
  if (state === undefined) return apply(incoming, incoming.versions)
  switch (compareAnswers(formatOf, incoming.versions, state.floor)) {
    case 'before': {
      // The floor may be the join of both already, since it rises as an answer is shown (G2).
      const { entry } = state
      const isApart = entry && compareAnswers(formatOf, incoming.versions, entry.versions) === 'concurrent'
      return { outcome: 'rejected', reason: isApart ? 'concurrent' : 'older', state } // G1
    }
    case 'after':
      return apply(incoming, joinAnswers(formatOf, state.floor, incoming.versions))
    case 'equal':
      return admitEqual(formatOf, state, incoming)
    case 'concurrent': {
      const floor = joinAnswers(formatOf, state.floor, incoming.versions)
      return { outcome: 'rejected', reason: 'concurrent', state: { ...state, floor } } // G2
    }
    case 'foreign':
      return { outcome: 'rejected', reason: 'foreign', state } // G1
  }
}

function admitEqual<T>(
  formatOf: FormatOf,
  state: KeyState<T>,
  incoming: Entry<T>,
): Admission<T> {
  const { entry } = state
  // It may speak of a scope that is new to the floor.
  const floor = joinAnswers(formatOf, state.floor, incoming.versions)
  // The floor may have left the entry behind: then what meets the floor comes after the entry.
  if (entry === undefined || compareAnswers(formatOf, incoming.versions, entry.versions) !== 'equal') {
    return apply(incoming, floor)
  }
  if (isDeletedAfter(entry)) {
    if (incoming.kind === 'value') return { outcome: 'rejected', reason: 'deleted', state } // G3
    // A plain absence at the same version does not unsay that the deletion came after it.
    return { outcome: 'same', state: { floor, entry: { ...incoming, isAfter: true } } } // G3
  }
  // A source has vouched for it again: the content is that of the newer answer, which matters where
  // positions are coarse (lessons V19), and nobody needs to be told unless the kind has changed.
  const isSame = entry.kind === incoming.kind && !isDeletedAfter(incoming)
  return { outcome: isSame ? 'same' : 'applied', state: { floor, entry: incoming } }
}

function isDeletedAfter(entry: Entry<unknown>): boolean {
  return entry.kind === 'tombstone' && entry.isAfter
}

function apply<T>(entry: Entry<T>, floor: Versions): Admission<T> {
  return { outcome: 'applied', state: { floor, entry } }
}

/**
 * Returns the least versions that cover both: for each scope of either, the join of the two.
 *
 * Within a scope whose epoch has changed, the version of `right` stands.
 */
export function joinAnswers(formatOf: FormatOf, left: Versions, right: Versions): Versions {
  const joined = right.map((version) => {
    const other = versionIn(left, version.scope)
    return other === undefined ? version : (joinVersions(formatOf, other, version) ?? version)
  })
  const rest = left.filter(({ scope }) => versionIn(right, scope) === undefined)
  return rest.length === 0 ? joined : [...joined, ...rest]
}
