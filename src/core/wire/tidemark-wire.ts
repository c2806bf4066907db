// Our own wire (docs/protocol.md), in its two carriers: headers, which is the default, and parameters of
// the query, which cost no preflight and put the floor into the key of every cache on the way.
//
// Answers name their scopes, on every response, in `Data-Version`; both carriers share that.

import type { Versions } from '../version.ts'
import {
  headerNames,
  parseServedBy,
  parseVersionList,
  printReadConsistency,
  printVersionList,
  readProblem,
  sentLengthMax,
} from './protocol.ts'
import type { ReadConsistency, ServedBy, VersionProblem } from './protocol.ts'
import { headerText, mediaTypeOf } from './wire.ts'
import type { Attachment, Carrying, Wire, WireAnswer } from './wire.ts'

/** Our wire in headers: the default. */
export const tidemarkWire: Wire = {
  name: 'tidemark',
  evidence: 'version',
  asksPrimary: true,
  versionsIn(answer): Versions | undefined {
    const text = headerText(answer, headerNames.dataVersion)
    const versions = text === undefined ? [] : parseVersionList(headerNames.dataVersion, text)
    return versions.length === 0 ? undefined : versions
  },
  refusalIn: problemIn,
  sourceIn: servedByIn,
  attach: askInHeaders,
}

/** What {@link queryParameter} may be told. */
export interface QueryParameterOptions {
  /**
   * The parameter that carries the floors.
   *
   * @default 'min-version'
   */
  readonly minVersion?: string | undefined
  /**
   * The parameter that carries a level other than `session`.
   *
   * @default 'read-consistency'
   */
  readonly readConsistency?: string | undefined
}

/**
 * Our wire, with floors in the query: `?min-version=main%3Be%3D%227f3a%22%3Bv%3D%2242%22`.
 *
 * A parameter costs no preflight across origins, and answers are cached by the floor that they cover
 * (lessons W10). Some proxies strip what they do not know, and addresses are logged: a floor tells how
 * much has been written, and nothing else. What is left of the budget does not travel, since it would
 * make every address a new one. The answer's `Response.url` shows the parameter.
 *
 * A request given as a `Request` with a body keeps its address, because its body cannot be sent twice.
 */
export function queryParameter(options: QueryParameterOptions = {}): Wire {
  const minVersionName = options.minVersion ?? 'min-version'
  const consistencyName = options.readConsistency ?? 'read-consistency'
  return {
    ...tidemarkWire,
    attach(carrying) {
      const { minVersion, consistency } = askedOf(carrying)
      const isPlain = consistency?.level === 'session' && consistency.maxStalenessMs === undefined
      const query: [string, string][] = []
      if (minVersion !== '') query.push([minVersionName, minVersion])
      if (consistency !== undefined && !isPlain) {
        query.push([consistencyName, printReadConsistency({ ...consistency, waitMs: undefined })])
      }
      return query.length === 0 ? undefined : { query }
    },
  }
}

/** Asks in the headers `Min-Version` and `Read-Consistency`. */
export function askInHeaders(carrying: Carrying): Attachment | undefined {
  const { minVersion, consistency } = askedOf(carrying)
  const headers: [string, string][] = []
  if (minVersion !== '') headers.push([headerNames.minVersion, minVersion])
  if (consistency) headers.push([headerNames.readConsistency, printReadConsistency(consistency)])
  return headers.length === 0 ? undefined : { headers }
}

interface Asked {
  readonly minVersion: string
  readonly consistency: ReadConsistency | undefined
}

function askedOf({ request, floors, ...asking }: Carrying): Asked {
  const minVersion = printVersionList(floors)
  const { asksPrimary, maxStalenessMs, level, waitMs } = asking
  const isAsked = floors.length > 0 || asksPrimary || maxStalenessMs !== undefined
  const consistency = isAsked && request.kind === 'read' ? { level, waitMs, maxStalenessMs } : undefined
  if (minVersion.length <= sentLengthMax) return { minVersion, consistency }
  // Floors that do not fit are not cut: the primary, which covers them all, is asked (lessons W7).
  return { minVersion: '', consistency: { ...consistency, level: 'strong' } }
}

/** Finds the refusals of our protocol: problem documents with a `type` of ours. */
export function problemIn(answer: WireAnswer): VersionProblem | 'in-body' | undefined {
  const isRefusal = answer.status === 503 || answer.status === 409
  if (!isRefusal || mediaTypeOf(answer) !== 'application/problem+json') return undefined
  return answer.document === undefined ? 'in-body' : readProblem(answer.document)
}

/** Reads `Served-By`. */
export function servedByIn(answer: WireAnswer): ServedBy | undefined {
  const text = answer.headers.get(headerNames.servedBy)
  if (text === null) return undefined
  try {
    return parseServedBy(text)
  } catch {
    return undefined // A diagnosis that cannot be read is none; no guarantee rests on it.
  }
}
