// Sets of opaque tokens, such as Neo4j's bookmarks: `["FB:kcwQ/wTfJf8rS1WY+GiIKXsCXgmQ"]`.
//
// Nothing can be read out of a token, so no token is before another. What two texts show is whether
// they name the same tokens, and that is all that is answered.
//
// Q1. Two tokens are concurrent, whatever their texts, lengths or the order of their arrival.
// Q2. The join is the union. It is after what it was made of, since whoever has all tokens of a set has
//     those of a part of it: that is inclusion, and no guess about time.
// Q3. A union only grows, since we cannot know which token consumed which. It is bounded: a server has
//     to replace what it consumed by what it produced, and name both in its answer.
// Q4. Reads with such versions are at best `unverified` (lessons V7): an answer from after the floor
//     that names one new token does not look as if it covered it.

import { ProtocolError } from '../errors.ts'
import type { VersionFormat } from '../version.ts'
import { compareSets, withinLength } from './partial-order.ts'

/** Versions such as `'["FB:kcwQ/wTfJf8rS1WY+GiIKXsCXgmQ"]'`, of one endless epoch. */
export const opaqueSet: VersionFormat = {
  name: 'opaque-set',
  parse: (text) => ({ epoch: '', position: parseTokens(text) }),
  print: ({ position }) => position,
  parsePosition: parseTokens,
  comparePositions: (left, right) => compareSets(readTokens(left), readTokens(right)), // Q1
  joinPositions: (left, right) => printTokens([...readTokens(left), ...readTokens(right)]), // Q2
}

const what = 'opaque set'

function parseTokens(text: string): string {
  return printTokens(readTokens(withinLength(what, text)))
}

function readTokens(text: string): string[] {
  // `JSON.parse` would let blanks pass at either end.
  const tokens = text.startsWith('[') && text.endsWith(']') ? parsed(text) : undefined
  if (!Array.isArray(tokens) || tokens.length === 0 || !tokens.every(isToken)) {
    const expected = 'a JSON array of one or more texts of visible ASCII, as ["FB:kcwQ"]'
    throw new ProtocolError({ what, text, expected })
  }
  return tokens
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)
}

function printTokens(tokens: readonly string[]): string {
  return withinLength(what, JSON.stringify([...new Set(tokens)].toSorted())) // Q3
}
