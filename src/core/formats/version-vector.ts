// Version vectors: a count for each node, as JSON, such as `{"a":3,"b":5}`.
// Parker et al., "Detection of Mutual Inconsistency in Distributed Systems", 1983.
//
// N1. A node that is not named counts 0. That is right for a floor. In an as-of it is right only if
//     the answer names all that it has: one that names only what it touched is behind what it holds.
// N2. There is one text for a vector: nodes in the order of their characters, no blanks, no zeros, and
//     counts above 2^53 - 1 as strings. Written as numbers, JSON would have rounded them already.
// N3. A node stands once. `JSON.parse` would keep the last of two, and forget what the other counted.
//     It is not used: keys such as `__proto__` are texts here and nothing else.
// N4. A vector without a count above 0 is refused: it says nothing, and nothing is no version (I4).
//
// A node that comes back without its count must take a new name: a reused one counts twice.

import { ProtocolError } from '../errors.ts'
import type { Order, VersionFormat } from '../version.ts'
import { compareDecimals, integer, isDecimalUpTo, u64Max } from './integer.ts'
import { compareComponents, joinComponents, withinLength } from './partial-order.ts'

/** Versions such as `'{"a":3,"b":5}'`, of one endless epoch. */
export const versionVector: VersionFormat = {
  name: 'version-vector',
  parse: (text) => ({ epoch: '', position: parseVector(text) }),
  print: ({ position }) => position,
  parsePosition: parseVector,
  comparePositions: compareVectors,
  joinPositions: (left, right) =>
    printVector(joinComponents(countsIn(left), countsIn(right), integer.joinPositions)),
}

const what = 'version vector'
/** The greatest count that JSON does not round. */
const plainMax = '9007199254740991'
/** A node of 1 to 128 printable ASCII characters, its count, perhaps in quotes, and what ends it. */
const member =
  / *"([\x20\x21\x23-\x5b\x5d-\x7e]{1,128})" *: *("?)(\d{1,20})\2 *(?:,(?!$)|\}$)/gy

function parseVector(text: string): string {
  return printVector(countsIn(withinLength(what, text)))
}

/** Returns the counts that the text names, zeros too, so that a node that stands twice is found. */
function countsIn(text: string): Map<string, string> {
  const counts = new Map<string, string>()
  let read = 1
  for (const [all, node = '', quote, count = ''] of text.slice(1).matchAll(member)) {
    if (counts.has(node)) refuse(text, `the node "${node}" once`) // N3
    if (!isDecimalUpTo(quote === '"' ? u64Max : plainMax, count)) {
      refuse(text, 'counts without leading zeros, above 2^53 - 1 as strings, and up to 64 bits') // N2
    }
    counts.set(node, count)
    read += all.length
  }
  // A member that reaches the end has taken the brace there with it.
  if (!text.startsWith('{') || counts.size === 0 || read !== text.length) {
    refuse(text, 'JSON of nodes and counts, as {"a":3,"b":5}')
  }
  return counts
}

function printVector(counts: ReadonlyMap<string, string>): string {
  const named = [...counts].filter(([, count]) => count !== '0')
  const members = named
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([node, count]) => `"${node}":${isDecimalUpTo(plainMax, count) ? count : `"${count}"`}`)
  if (members.length === 0) refuse('{}', 'at least one count above 0') // N4
  return withinLength(what, `{${members.join(',')}}`)
}

function compareVectors(left: string, right: string): Order {
  return compareComponents(countsIn(left), countsIn(right), compareDecimals)
}

function refuse(text: string, expected: string): never {
  throw new ProtocolError({ what, text, expected })
}
