// Hybrid logical clocks: physical time, a counter, and the node, such as `1693526400123-0003-n7`.
// Kulkarni et al., "Logical Physical Clocks", OPODIS 2014: 48 bits of time, 16 bits of counter.
//
// H1. Time first, then the counter. Only where both tie does the node decide, so that all agree on one
//     order. That order extends causality, and is not it: of two moments, the later may know nothing
//     of the earlier. An as-of must therefore be a clock that its source has *closed*: it has all up
//     to there, of all nodes.
// H2. The counter has four hexadecimal digits. Digits alone sort the same in either base, so a clock
//     that counts in decimal has the form too, up to 9999.
//
// A node whose clock runs ahead drags all floors with it. Core has no clock to hold it against: it is
// the server that has to refuse what lies too far in the future, as the paper asks.

import { ProtocolError } from '../errors.ts'
import type { Order, VersionFormat } from '../version.ts'
import { compareDecimals, isDecimalUpTo } from './integer.ts'

/** Versions such as `"1693526400123-0003-n7"`: milliseconds, counter, node. */
export const hybridClock: VersionFormat = {
  name: 'hybrid-clock',
  parse: (text) => ({ epoch: '', position: parseClock(text) }),
  print: ({ position }) => position,
  parsePosition: parseClock,
  comparePositions: compareClocks,
  joinPositions: (left, right) => (compareClocks(left, right) === 'before' ? right : left),
}

/** The last moment that 48 bits of milliseconds can tell. */
const millisecondsMax = '281474976710655'

function parseClock(text: string): string {
  const hyphen = text.indexOf('-')
  const isClock =
    isDecimalUpTo(millisecondsMax, text.slice(0, Math.max(0, hyphen))) &&
    /^[0-9A-Fa-f]{4}-[\w.-]{1,64}$/.test(text.slice(hyphen + 1))
  if (isClock) return text.slice(0, hyphen + 5).toLowerCase() + text.slice(hyphen + 5) // H2
  const expected =
    'milliseconds, a counter of four hexadecimal digits and a node of 1 to 64 letters, digits, ' +
    'dots, underscores and hyphens, as "1693526400123-0003-n7"'
  throw new ProtocolError({ what: 'hybrid clock', text, expected })
}

function compareClocks(left: string, right: string): Order {
  if (left === right) return 'equal'
  const [leftHyphen, rightHyphen] = [left.indexOf('-'), right.indexOf('-')]
  const order = compareDecimals(left.slice(0, leftHyphen), right.slice(0, rightHyphen))
  if (order !== 'equal') return order
  // The counter has a fixed width, so counter and node sort together.
  return left < right ? 'before' : 'after' // H1
}
