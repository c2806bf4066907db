// Consul: the index of an endpoint in `X-Consul-Index`, and blocking queries.
//
// N1. An index is of one question: the path, and what selects among it. Parameters that change only how
//     long or how consistently it is answered make no other question.
// N2. `index=41` waits for what comes after 41. So a floor of 42 is asked for as 41, and for 1 there is
//     nothing to wait for. The wait is short, since an answer that timed out looks like any other.
// N3. An index of 0 is none: as a floor it would be met by everything.
// N4. An index may fall: after a restore, or when the newest item of a listing was deleted. Where the
//     leader says so, the history began anew, and the floor with it: that is Consul's own rule. Only a
//     request that has left with that very floor can tell, since answers may overtake each other.
// N5. Answers to writes carry no index. Reads after a write rest on the leader, which is the default.

import { primed } from '../epoch.ts'
import { compareDecimals, integer } from '../formats/integer.ts'
import type { Version } from '../version.ts'
import type { ServedBy } from '../wire/protocol.ts'
import { headerText } from '../wire/wire.ts'
import type { Attachment, Carrying, Departure, Settle, Wire, WireAnswer, WireRequest } from '../wire/wire.ts'

/** Indexes of Consul in `X-Consul-Index`. Reads at `strong` ask for `consistent`. */
export function consul(): Wire {
  return {
    name: 'consul',
    evidence: 'version',
    format: integer,
    asksPrimary: true,
    scopesOf: (request) => [questionOf(request)],
    versionsIn(answer) {
      const text = headerText(answer, 'X-Consul-Index')
      if (text === undefined || text === '0') return undefined // N3
      return [{ scope: questionOf(answer.request), ...integer.parse(text) }]
    },
    sourceIn,
    attach,
    depart: restartWhereFallen,
  }
}

const circumstances = ['index', 'wait', 'hash', 'consistent', 'stale', 'cached', 'near', 'pretty']

function questionOf({ url, scope }: WireRequest): string {
  if (scope !== undefined) return scope
  const selecting = [...url.searchParams].filter(([name]) => !circumstances.includes(name)) // N1
  const query = new URLSearchParams(selecting.toSorted(([left], [right]) => (left < right ? -1 : 1)))
  return selecting.length === 0 ? url.pathname : `${url.pathname}?${query}`
}

function sourceIn(answer: WireAnswer): ServedBy | undefined {
  const mode = headerText(answer, 'X-Consul-Effective-Consistency')
  if (mode === undefined) return undefined
  const isPrimary = mode === 'leader' || mode === 'consistent'
  const contact = headerText(answer, 'X-Consul-LastContact')
  const isTold = contact !== undefined && /^\d{1,15}$/.test(contact)
  // How long ago a follower heard of the leader: it cannot be further behind than that.
  return { name: mode, isPrimary, lagMs: isPrimary || !isTold ? undefined : Number(contact) }
}

const waitMsMax = 100

function attach({ request, floors, asksPrimary, waitMs }: Carrying): Attachment | undefined {
  if (request.kind === 'write') return undefined
  // Consul refuses a request that names two modes.
  if (asksPrimary) return { query: [['consistent', ''], ['stale', undefined], ['cached', undefined]] }
  const [floor] = floors
  if (floor === undefined || request.url.searchParams.has('index')) return undefined
  const before = String(BigInt(floor.position) - 1n)
  if (before === '0') return undefined // N2
  const wait = `${Math.max(1, Math.min(waitMsMax, Math.floor(waitMs)))}ms`
  return { query: [['index', before], ['wait', wait]] }
}

function restartWhereFallen({ floors: sent, floorIn }: Departure): Settle {
  return (versions, servedBy) => {
    if (servedBy?.isPrimary !== true) return versions
    return versions?.map((version) => (hasFallen(version, sent, floorIn(version.scope)) ?? version))
  }
}

/** Returns the version in the history that it began, if it did (N4). */
function hasFallen(
  version: Version,
  sent: readonly Version[],
  floor: Version | undefined,
): Version | undefined {
  if (floor === undefined || !sent.some(({ position }) => position === floor.position)) return undefined
  if (compareDecimals(version.position, floor.position) !== 'before') return undefined
  return { ...version, epoch: primed(floor.epoch) }
}
