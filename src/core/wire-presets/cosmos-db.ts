// Azure Cosmos DB: a session token tells, for a partition key range of a container, how far it is.
//
// C1. Each range is a scope of its own: an answer is of one range, and says nothing of the others.
// C2. Containers are told apart by the address, since a token of one is worthless for another (lessons
//     V20). Under an address by resource id, a container that was dropped and made again is another.
// C3. "Not yet" is the status 404 with substatus 1002, and the one 404 that says nothing of the resource.
// C4. A range that was split is never named again. What was read from it stays unverified until its
//     floor is forgotten: its successors count on, but no answer says so.

import { cosmosSession } from '../formats/cosmos-session.ts'
import { askInHeader } from '../wire/header-wire.ts'
import { headerText } from '../wire/wire.ts'
import type { Wire, WireRequest } from '../wire/wire.ts'

const header = 'x-ms-session-token'

/** Session tokens of Azure Cosmos DB in `x-ms-session-token`. */
export function cosmosDb(): Wire {
  return {
    name: 'cosmos-db',
    evidence: 'version',
    format: cosmosSession,
    asksPrimary: false,
    touches: (request, scope) => scope.startsWith(`${containerOf(request)} range `),
    versionsIn(answer) {
      const text = headerText(answer, header)
      if (text === undefined) return undefined
      const container = containerOf(answer.request)
      const tokens = cosmosSession.parsePosition(text).split(',')
      return tokens.map((position) => {
        const range = position.slice(0, position.indexOf(':'))
        return { scope: `${container} range ${range}`, epoch: '', position } // C1
      })
    },
    refusalIn(answer) {
      const isBehind = answer.status === 404 && headerText(answer, 'x-ms-substatus') === '1002' // C3
      return isBehind ? { kind: 'behind' } : undefined
    },
    attach(carrying) {
      const text = carrying.floors.map(({ position }) => position).join(',')
      return askInHeader(carrying, { header, text: text === '' ? undefined : text })
    },
  }
}

/** Returns the address of the container, such as `/dbs/shop/colls/orders`, unless a rule names it (C2). */
function containerOf({ url, scope }: WireRequest): string {
  return scope ?? /^.*?\/dbs\/[^/]+\/colls\/[^/]+/.exec(url.pathname)?.[0] ?? url.pathname
}
