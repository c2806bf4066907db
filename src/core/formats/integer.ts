// Whole numbers as decimal text: row versions, sequence numbers, Kubernetes resource versions.
//
// Positions are compared as texts of digits, by length and then by character, so that they stay
// exact beyond 2^53, where a JSON number has long been rounded (lessons 2, `int`).

import { ProtocolError } from '../errors.ts'
import type { Order, VersionFormat } from '../version.ts'

/** 128 bits have at most 39 decimal digits; no counter of a database has more (KEP-5504). */
const digitsMax = 39

/** Positions such as `"42"`, of one endless epoch. */
export const integer: VersionFormat = {
  name: 'integer',
  parse: (text) => ({ epoch: '', position: parseDecimal('integer version', text) }),
  print: ({ position }) => position,
  parsePosition: (text) => parseDecimal('integer version', text),
  comparePositions: compareDecimals,
  joinPositions: (left, right) => (compareDecimals(left, right) === 'before' ? right : left),
}

/**
 * Returns a text of decimal digits as it came, since only one spelling of a number is accepted.
 *
 * @throws {ProtocolError} for a sign, a leading zero, an exponent, or anything but 1 to 39 digits.
 */
export function parseDecimal(what: string, text: string): string {
  if (text.length <= digitsMax && /^(0|[1-9]\d*)$/.test(text)) return text
  throw new ProtocolError({ what, text, expected: `1 to ${digitsMax} digits, no leading zero` })
}

/** Compares two canonical texts of digits as numbers. */
export function compareDecimals(left: string, right: string): Order {
  if (left === right) return 'equal'
  if (left.length !== right.length) return left.length < right.length ? 'before' : 'after'
  return left < right ? 'before' : 'after'
}

/** The greatest number of 32 bits, in decimal. */
export const u32Max = '4294967295'
/** The greatest number of 64 bits, in decimal. */
export const u64Max = '18446744073709551615'

/** Tells whether a text is a whole number up to `max`, in the one spelling that is accepted. */
export function isDecimalUpTo(max: string, text: string): boolean {
  if (text.length > max.length || !/^(0|[1-9]\d*)$/.test(text)) return false
  return compareDecimals(text, max) !== 'after'
}

/** Tells `sort` how canonical texts of digits stand to each other as numbers. */
export function byNumber(left: string, right: string): number {
  const order = compareDecimals(left, right)
  return order === 'equal' ? 0 : order === 'before' ? -1 : 1
}
