// UUIDs of version 7 (RFC 9562, section 5.7): 48 bits of time, then counter or chance.
//
// U1. There is one text: lower case, with hyphens. Braces and `urn:uuid:` are refused.
// U2. Version and variant are checked. UUIDs of version 4 are chance alone: their order means nothing,
//     and a floor of them would wave half of all stale answers through.
// U3. The order is that of creation at one generator, not of commits: a row that was created first may
//     be committed last. Good as the name of an epoch, weak as a floor.

import { ProtocolError } from '../errors.ts'
import type { Order, VersionFormat } from '../version.ts'

/** Versions such as `"018b2f2e-7b1c-7c3e-8f00-0123456789ab"`, of one endless epoch. */
export const uuidV7: VersionFormat = {
  name: 'uuid-v7',
  parse: (text) => ({ epoch: '', position: parseUuid(text) }),
  print: ({ position }) => position,
  parsePosition: parseUuid,
  comparePositions: compareUuids,
  joinPositions: (left, right) => (left < right ? right : left),
}

const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i

function parseUuid(text: string): string {
  if (shape.test(text)) return text.toLowerCase() // U1, U2
  const expected = 'a UUID of version 7, as "018b2f2e-7b1c-7c3e-8f00-0123456789ab"'
  throw new ProtocolError({ what: 'UUID', text, expected })
}

function compareUuids(left: string, right: string): Order {
  if (left === right) return 'equal'
  return left < right ? 'before' : 'after'
}
