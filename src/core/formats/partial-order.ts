// What the partially ordered formats share: products of components, and sets under inclusion.
//
// Both are lattices whose join a format can compute from its operands alone, so a floor may name a
// state that no answer has carried, and yet never more than was seen (F3).
//
// O1. A component that one side lacks is before any that the other has. So a floor raised by it is
//     met only by an answer that names it too.
// O2. A position is bounded, and so is a join: what grows with each answer is refused out loud, since
//     a floor too long to be read back from disk would be forgotten in silence (I6, I14).

import { ProtocolError } from '../errors.ts'
import type { Order } from '../version.ts'

/** Tells how two stand, from whether the right holds all of the left, and the left all of the right. */
export function orderOf(isWithinRight: boolean, isWithinLeft: boolean): Order {
  if (isWithinRight) return isWithinLeft ? 'equal' : 'before'
  return isWithinLeft ? 'after' : 'concurrent'
}

/** Compares sets of distinct texts by inclusion. */
export function compareSets(left: readonly string[], right: readonly string[]): Order {
  const [ours, theirs] = [new Set(left), new Set(right)]
  return orderOf(
    left.every((text) => theirs.has(text)),
    right.every((text) => ours.has(text)),
  )
}

/**
 * Compares component by component: `before` only where no component says `after`, and so on. One
 * `foreign` component makes the whole foreign.
 */
export function compareComponents<T>(
  left: ReadonlyMap<string, T>,
  right: ReadonlyMap<string, T>,
  compare: (left: T, right: T) => Order,
): Order {
  let shared = 0
  let isWithinRight = true
  let isWithinLeft = true
  for (const [name, ours] of left) {
    const theirs = right.get(name)
    if (theirs === undefined) {
      isWithinRight = false // O1
      continue
    }
    shared += 1
    const order = compare(ours, theirs)
    if (order === 'foreign') return order
    if (order === 'after' || order === 'concurrent') isWithinRight = false
    if (order === 'before' || order === 'concurrent') isWithinLeft = false
  }
  return orderOf(isWithinRight, isWithinLeft && shared === right.size) // O1
}

/** Joins component by component: what only one side has stands as it is. */
export function joinComponents<T>(
  left: ReadonlyMap<string, T>,
  right: ReadonlyMap<string, T>,
  join: (left: T, right: T) => T,
): Map<string, T> {
  const joined = new Map(left)
  for (const [name, theirs] of right) {
    const ours = left.get(name)
    joined.set(name, ours === undefined ? theirs : join(ours, theirs))
  }
  return joined
}

/** The longest position of a format that grows with its components, in characters: a header's cap. */
export const positionLengthMax = 8192

/**
 * Returns the text as it came (O2).
 *
 * @throws {ProtocolError} when it is longer than {@link positionLengthMax}.
 */
export function withinLength(what: string, text: string): string {
  if (text.length <= positionLengthMax) return text
  const expected = `at most ${positionLengthMax} characters`
  throw new ProtocolError({ what, text, expected })
}
