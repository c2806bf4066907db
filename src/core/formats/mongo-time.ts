// Timestamps of MongoDB's oplog, such as `1693526400:3`: the `operationTime` of a session.
//
// A timestamp is two numbers of 32 bits: seconds, and a count within the second. Drivers print it in
// many ways; this is the plain one. `clusterTime` is another thing: a signed document that is gossiped
// among servers and says nothing of what a member has applied.
//
// M1. `0:0` is MongoDB's null timestamp, which means "none", and none is no version (I4).

import { ProtocolError } from '../errors.ts'
import type { Order, VersionFormat } from '../version.ts'
import { compareDecimals, isDecimalUpTo, u32Max } from './integer.ts'

/** Versions such as `"1693526400:3"`, of one endless epoch. */
export const mongoTime: VersionFormat = {
  name: 'mongo-time',
  parse: (text) => ({ epoch: '', position: parseTimestamp(text) }),
  print: ({ position }) => position,
  parsePosition: parseTimestamp,
  comparePositions: compareTimestamps,
  joinPositions: (left, right) => (compareTimestamps(left, right) === 'before' ? right : left),
}

function parseTimestamp(text: string): string {
  const colon = text.indexOf(':')
  const isPair =
    isDecimalUpTo(u32Max, text.slice(0, Math.max(0, colon))) &&
    isDecimalUpTo(u32Max, text.slice(colon + 1))
  if (isPair && text !== '0:0') return text // M1
  const expected = 'seconds, a colon and a count, each up to 4294967295, as "1693526400:3"'
  throw new ProtocolError({ what: 'MongoDB timestamp', text, expected })
}

function compareTimestamps(left: string, right: string): Order {
  const [leftColon, rightColon] = [left.indexOf(':'), right.indexOf(':')]
  const order = compareDecimals(left.slice(0, leftColon), right.slice(0, rightColon))
  if (order !== 'equal') return order
  return compareDecimals(left.slice(leftColon + 1), right.slice(rightColon + 1))
}
