// What a request asks of versions, and how a server stands to it: the server's half of the
// protocol.
//
// F1. Only the scope of the API is judged: floors of other scopes are none of its business.
// F2. A floor of an epoch that has ended can never be met; one of an epoch that a replica has yet
//     to learn of is only behind. The primary knows all epochs, so what it does not know never was.

import { parseDecimal } from '../../core/formats/integer.ts'
import type { Point, Version } from '../../core/version.ts'
import { headerNames, parseReadConsistency, parseVersionList } from '../../core/wire/protocol.ts'
import { refusalOf } from '../../core/wire/refusal.ts'
import type { ServerState } from '../replicas/replica-simulator.ts'
import type { Place } from '../replicas/replica.ts'
import type { RestAnswer } from '../rest/rest-answer.ts'

/** What a request asks of versions. */
export interface Asked {
  readonly floors: readonly Place[]
  /** The floors of other scopes: how far the session has seen those. */
  readonly elsewhere: readonly Version[]
  /** Whether only the primary may answer. */
  readonly isStrong: boolean
  /** How long the server may wait at most, in milliseconds. */
  readonly waitMs: number
  /** How old the answer may be, in milliseconds. */
  readonly maxStalenessMs: number
}

/** What a request asks that says nothing of versions. */
export const nothingAsked: Asked = {
  floors: [],
  elsewhere: [],
  isStrong: false,
  waitMs: Infinity,
  maxStalenessMs: Infinity,
}

/**
 * Reads what a request asks.
 *
 * @throws {ProtocolError} when one of the headers is malformed.
 */
export function readAsked(headers: Headers, scope: string): Asked {
  const minVersion = headers.get(headerNames.minVersion)
  const consistencyText = headers.get(headerNames.readConsistency)
  const versions = minVersion === null ? [] : parseVersionList(headerNames.minVersion, minVersion)
  const floors = versions.flatMap(({ scope: named, epoch, position }) => {
    if (named !== scope) return [] // F1
    return { epoch, position: Number(parseDecimal(headerNames.minVersion, position)) }
  })
  const elsewhere = versions.filter((version) => version.scope !== scope)
  if (consistencyText === null) return { ...nothingAsked, floors, elsewhere }
  const { level, waitMs, maxStalenessMs } = parseReadConsistency(consistencyText)
  return {
    floors,
    elsewhere,
    isStrong: level === 'strong',
    waitMs: waitMs ?? Infinity,
    maxStalenessMs: maxStalenessMs ?? Infinity,
  }
}

/** How a server stands to the floors of a request. */
export type Standing =
  { readonly kind: 'met' } | { readonly kind: 'behind' | 'never'; readonly want: Place }

/** What is known of the epochs beside the state of the server. */
export interface EpochKnowledge {
  readonly current: string
  readonly hasEnded: (epoch: string) => boolean
}

/** Tells how a server stands to floors. Of several the gravest counts. */
export function standingOf(
  state: ServerState,
  floors: readonly Place[],
  epochs: EpochKnowledge,
): Standing {
  const foreign = floors.find(({ epoch }) => epoch !== state.epoch)
  if (foreign !== undefined) {
    const knowsBetter = state.epoch === epochs.current && epochs.hasEnded(foreign.epoch)
    return { kind: state.isPrimary || knowsBetter ? 'never' : 'behind', want: foreign } // F2
  }
  const missing = floors.find(({ position }) => position > state.position)
  return missing === undefined ? { kind: 'met' } : { kind: 'behind', want: missing }
}

/** Refuses a request: 503 for not yet, 409 for never (lessons W17). */
export function refuse(
  { kind, want }: { readonly kind: 'behind' | 'never'; readonly want: Place },
  { name, epoch, position, lagMs }: ServerState,
  retryAfterMs: number,
): RestAnswer {
  const have = pointOf({ epoch, position })
  const { status, headers, document } = refusalOf({
    kind,
    server: name,
    want: pointOf(want),
    have,
    lagMs,
    retryAfterMs,
  })
  return { status, headers, body: document }
}

function pointOf({ epoch, position }: Place): Point {
  return { epoch, position: String(position) }
}
