// Replication positions of LiteFS: a transaction id and the checksum of the database after it, such as
// `00000000002df417/ce552e44f23fbbdd`.
//
// P1. The id orders. Where two ids are the same and their checksums are not, two primaries have each
//     written a transaction of that id: the histories have split, and the positions are foreign.
// P2. A bare id, as in the cookie `__txid`, is refused: without the checksum a split is invisible.
// P3. The id 0 is LiteFS's word for "no position", and none is no version (I4).

import { ProtocolError } from '../errors.ts'
import type { Order, VersionFormat } from '../version.ts'

/** Versions such as `"00000000002df417/ce552e44f23fbbdd"`, of one endless epoch. */
export const litefsPosition: VersionFormat = {
  name: 'litefs-position',
  parse: (text) => ({ epoch: '', position: parsePosition(text) }),
  print: ({ position }) => position,
  parsePosition,
  comparePositions,
  joinPositions: (left, right) => (comparePositions(left, right) === 'before' ? right : left),
}

function parsePosition(text: string): string {
  const isPosition = /^[0-9a-f]{16}\/[0-9a-f]{16}$/i.test(text)
  if (isPosition && !text.startsWith(noTransaction)) return text.toLowerCase() // P2, P3
  const expected =
    'a transaction id above 0 and a checksum, 16 hexadecimal digits each, ' +
    'as "00000000002df417/ce552e44f23fbbdd"'
  throw new ProtocolError({ what: 'LiteFS position', text, expected })
}

const idLength = 16
const noTransaction = '0'.repeat(idLength)

function comparePositions(left: string, right: string): Order {
  if (left === right) return 'equal'
  const [ours, theirs] = [left.slice(0, idLength), right.slice(0, idLength)]
  if (ours === theirs) return 'foreign' // P1
  return ours < theirs ? 'before' : 'after'
}
