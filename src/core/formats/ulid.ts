// ULIDs: 48 bits of time and 80 of chance, as 26 characters in Crockford's base 32.
//
// U1. There is one text: upper case. Crockford's aliases (`I` and `L` for 1, `O` for 0) are refused,
//     as the specification of ULID does not know them.
// U2. The first character is at most 7: 26 characters hold 130 bits, and a ULID has 128.
// U3. The order is that of creation at one generator, not of commits: a row that was created first may
//     be committed last. Good as the name of an epoch, weak as a floor.

import { ProtocolError } from '../errors.ts'
import type { Order, VersionFormat } from '../version.ts'

/** Versions such as `"01ARZ3NDEKTSV4RRFFQ69G5FAV"`, of one endless epoch. */
export const ulid: VersionFormat = {
  name: 'ulid',
  parse: (text) => ({ epoch: '', position: parseUlid(text) }),
  print: ({ position }) => position,
  parsePosition: parseUlid,
  comparePositions: compareUlids,
  joinPositions: (left, right) => (left < right ? right : left),
}

function parseUlid(text: string): string {
  if (/^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$/.test(text)) return text.toUpperCase() // U1, U2
  const expected =
    '26 characters of Crockford base 32, the first from 0 to 7, as "01ARZ3NDEKTSV4RRFFQ69G5FAV"'
  throw new ProtocolError({ what: 'ULID', text, expected })
}

function compareUlids(left: string, right: string): Order {
  if (left === right) return 'equal'
  return left < right ? 'before' : 'after'
}
