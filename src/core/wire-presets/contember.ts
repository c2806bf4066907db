// Contember: references of one's own writes, which a replica is asked to have applied.
//
// M1. A reference names a transaction, and transactions have no order (lessons V21): they are collected,
//     sent, and prove nothing here. The server decides, by its own snapshot.
// M2. The newest sixteen are sent, which is all that the server takes. It forgets none sooner.
// M3. Only answers to writes bring one. Its content API takes queries by POST as well: those are writes
//     to us, since nothing in the request tells. They carry the references all the same.

import { ProtocolError } from '../errors.ts'
import { tokenWire } from '../wire/token-wire.ts'
import type { Wire } from '../wire/wire.ts'

const header = 'X-Contember-Write-Ref'
const referencesMax = 16

/** Write references of Contember: `X-Contember-Write-Ref`, and back in `X-Contember-Read-After`. */
export function contember(): Wire {
  return tokenWire({
    name: 'contember',
    response: header,
    request: 'X-Contember-Read-After',
    scope: () => 'project',
    parse(text) {
      if (/^\d{1,20}:\d{1,20}$/.test(text)) return text
      const expected = 'a system identifier and a transaction, as "7301234567890123456:748"'
      throw new ProtocolError({ what: header, text, expected })
    },
    merge(held, received) {
      const others = held.split(',').filter((reference) => reference !== received)
      return [...others, received].slice(-referencesMax).join(',') // M2
    },
  })
}
