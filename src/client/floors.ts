// The floors of one request: what it carries, and by what its answers are judged.
//
// Both are computed from what is held at that very moment, each time anew (I3).

import { unprimed } from '../core/epoch.ts'
import { floorOf, levelNameOf, requirementOf } from '../core/guarantee.ts'
import { judge } from '../core/judge.ts'
import type { Judgement } from '../core/judge.ts'
import { versionIn } from '../core/version.ts'
import type { Version, Versions } from '../core/version.ts'
import type { Carried } from '../transport/versioned-fetch.ts'
import type { ClientParts } from './parts.ts'
import type { GovernedRequest } from './request.ts'

/** Returns the floor that a read has in a scope, now. */
export function readFloorIn(
  { held, scopes }: ClientParts,
  request: GovernedRequest,
  scope: string,
): Version | undefined {
  const floor = held.slotOf(request.key)?.floor
  return floorOf(scopes.formatOf, requirementOf(request.level).floor, {
    scope: held.session.requiredOf(scope),
    key: floor && versionIn(floor, scope),
  })
}

/** Judges versions, of an answer or of what is held, by the floors that the read has now. */
export function judgeVersions(
  parts: ClientParts,
  request: GovernedRequest,
  versions: Versions | undefined,
): Judgement {
  return judge({
    formatOf: parts.scopes.formatOf,
    answer: versions,
    floorIn: (scope) => readFloorIn(parts, request, scope),
    expectedScopes: expectedScopes(parts, request),
  })
}

/** Returns the scopes that an answer has to speak of: those of its rule, and those it once spoke of. */
function expectedScopes({ held }: ClientParts, { key, ruleScopes }: GovernedRequest): Set<string> {
  const expected = new Set(ruleScopes)
  for (const { scope } of held.slotOf(key)?.floor ?? []) expected.add(scope)
  return expected
}

/** What one attempt of a read asks for, beyond its level. */
export interface Asking {
  readonly asksPrimary: boolean
  /** What is left of the budget, in milliseconds. */
  readonly leftMs: number
  /** Scopes whose history has ended: their floors can be met by nobody, and stay at home. */
  readonly ended: ReadonlySet<string>
}

/** Returns what a read carries, now. */
export function carriedByRead(
  parts: ClientParts,
  request: GovernedRequest,
  { asksPrimary, leftMs, ended }: Asking,
): Carried {
  const floors = floorsOnWire(parts, request, (scope) =>
    ended.has(scope) ? undefined : readFloorIn(parts, request, scope),
  )
  const { maxStalenessMs } = requirementOf(request.level)
  if (!asksPrimary && floors.length === 0 && maxStalenessMs === undefined) return nothing
  const level = asksPrimary ? 'strong' : levelNameOf(request.level)
  return { floors, consistency: { level, waitMs: leftMs, maxStalenessMs } }
}

/** Returns what a write carries, now: all that the session has seen and done, for the server to check. */
export function carriedByWrite(parts: ClientParts, request: GovernedRequest): Carried {
  const floors = floorsOnWire(parts, request, (scope) =>
    floorOf(parts.scopes.formatOf, 'session', {
      scope: parts.held.session.of(scope),
      key: undefined,
    }),
  )
  return { floors, consistency: undefined }
}

const nothing: Carried = { floors: [], consistency: undefined }

/**
 * Returns the floors that travel to the origin of a request, under its own names for the scopes.
 *
 * An origin has scopes on the wire once it has answered on the wire. Until then it gets no header of
 * ours: an unchanged backend would not understand it, and across origins its preflight would fail.
 */
function floorsOnWire(
  { held, scopes }: ClientParts,
  request: GovernedRequest,
  floorIn: (scope: string) => Version | undefined,
): Versions {
  const { origin } = request.url
  const known = held.session.wireScopesOf(origin)
  if (known.size === 0 || request.location.kind !== 'wire') return []
  const floors: Version[] = []
  for (const scope of touchedScopes(held.slotOf(request.key)?.floor, request, known)) {
    const floor = floorIn(scope)
    const name = scopes.wireNameOf(scope, origin)
    if (floor === undefined || name === undefined) continue
    floors.push({ scope: name, epoch: unprimed(floor.epoch), position: floor.position })
  }
  return floors
}

/** Returns the scopes that a request touches, as far as is known: else all of its origin. */
function touchedScopes(
  floor: Versions | undefined,
  { ruleScopes }: GovernedRequest,
  known: ReadonlySet<string>,
): Iterable<string> {
  if (floor === undefined) return new Set([...ruleScopes, ...known])
  return new Set([...ruleScopes, ...floor.map(({ scope }) => scope)])
}
