// A version vector, the plainest partial order, for tests of what concurrent versions do.
//
// Positions are written `a1.b2`: a name of one letter, then its count. An absent name counts as 0.
import * as fc from 'fast-check'
import { ProtocolError } from '../../src/core/errors.ts'
import type { Order, VersionFormat } from '../../src/core/version.ts'

/** Versions such as `"a1.b2"`. */
export const vector: VersionFormat = {
  name: 'vector',
  parse: (text) => ({ epoch: '', position: parseVector(text) }),
  print: ({ position }) => position,
  parsePosition: parseVector,
  comparePositions: compareVectors,
  joinPositions: (left, right) => printVector(joinCounts(countsOf(left), countsOf(right))),
}

/** Vectors over three names, small enough that all relations are met often. */
export const vectorPositions: fc.Arbitrary<string> = fc
  .tuple(...['a', 'b', 'c'].map((name) => fc.tuple(fc.constant(name), fc.nat({ max: 3 }))))
  .map((counts) => new Map(counts.filter(([, count]) => count > 0)))
  .filter((counts) => counts.size > 0)
  .map(printVector)

/** Joins vectors with no help of the code under test. */
export function joinOfAll(positions: readonly string[]): string {
  return printVector(positions.map(countsOf).reduce(joinCounts, new Map()))
}

function parseVector(text: string): string {
  if (text.length <= 200 && /^[a-z][1-9]\d{0,8}(\.[a-z][1-9]\d{0,8})*$/.test(text)) {
    const counts = countsOf(text)
    if (counts.size === text.split('.').length) return printVector(counts)
  }
  throw new ProtocolError({ what: 'vector', text, expected: 'names and counts such as "a1.b2"' })
}

function countsOf(text: string): Map<string, number> {
  return new Map(text.split('.').map((part) => [part.slice(0, 1), Number(part.slice(1))]))
}

function printVector(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].toSorted(([left], [right]) => (left < right ? -1 : 1))
  return sorted.map(([name, count]) => `${name}${count}`).join('.')
}

function joinCounts(
  left: ReadonlyMap<string, number>,
  right: ReadonlyMap<string, number>,
): Map<string, number> {
  const joined = new Map(left)
  for (const [name, count] of right) joined.set(name, Math.max(count, joined.get(name) ?? 0))
  return joined
}

function compareVectors(left: string, right: string): Order {
  const [ours, theirs] = [countsOf(left), countsOf(right)]
  const names = [...new Set([...ours.keys(), ...theirs.keys()])]
  const someAfter = names.some((name) => (ours.get(name) ?? 0) > (theirs.get(name) ?? 0))
  const someBefore = names.some((name) => (ours.get(name) ?? 0) < (theirs.get(name) ?? 0))
  if (someAfter) return someBefore ? 'concurrent' : 'after'
  return someBefore ? 'before' : 'equal'
}
