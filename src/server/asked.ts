// What a request asks of versions: its floor in our scope, its level, and how long it can wait.
//
// A1. Floors of other scopes are none of our business, and cost nothing.
// A2. What is malformed is refused whole, before anything is asked of a database.
// A3. The parameters of the query mean what the headers mean (docs/protocol.md). Where both are there,
//     the header stands.

import { parseVersion } from '../core/version.ts'
import type { Point, VersionFormat } from '../core/version.ts'
import { headerNames, parseReadConsistency, parseVersionList } from '../core/wire/protocol.ts'
import type { ReadConsistency } from '../core/wire/protocol.ts'

/** What a request asks of versions. */
export interface Asked {
  readonly floor: Point | undefined
  /** Whether it said anything of versions at all, so that no shared cache may keep the answer. */
  readonly isAsking: boolean
  /** Whether only the primary may answer. */
  readonly isStrong: boolean
  /** How long it can wait, in milliseconds. */
  readonly waitMs: number
  /** How old the answer may be, in milliseconds. */
  readonly maxStalenessMs: number | undefined
}

/**
 * Reads what a request asks.
 *
 * @throws {ProtocolError} when a header or a parameter is malformed, or too long.
 */
export function readAsked(request: Request, scope: string, format: VersionFormat): Asked {
  const minVersion = textOf(request, headerNames.minVersion, 'min-version')
  const consistency = textOf(request, headerNames.readConsistency, 'read-consistency')
  const { level, waitMs, maxStalenessMs }: ReadConsistency =
    consistency === undefined ? { level: 'session' } : parseReadConsistency(consistency)
  const named = minVersion === undefined ? [] : parseVersionList(headerNames.minVersion, minVersion)
  const own = named.find((version) => version.scope === scope) // A1
  return {
    floor: own && parseVersion(() => format, own),
    isAsking: minVersion !== undefined || consistency !== undefined,
    isStrong: level === 'strong',
    waitMs: waitMs ?? Infinity,
    maxStalenessMs,
  }
}

function textOf(request: Request, header: string, parameter: string): string | undefined {
  const text = request.headers.get(header)
  if (text !== null) return text // A3
  if (!request.url.includes(parameter)) return undefined
  return new URL(request.url).searchParams.get(parameter) ?? undefined
}
