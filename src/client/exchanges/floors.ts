// The floors of one request: what it carries, and by what its answers are judged.
//
// Both are computed from what is held at that very moment, each time anew (I3).
//
// F1. What a wire cannot prove is not held against an answer for ever: by a hint or a token an answer is
//     at worst unknown, never behind (lessons V11, W16).
// F2. A read that goes by the floor of its key alone, or of own writes, stays in the history of its scope
//     too, also where there is no such floor yet: what comes of another would leave none, and the next read
//     could go back; and a write that another tab has made may have gone with its history.

import { relateEpochs, unprimed } from '../../core/epoch.ts'
import { floorOf, levelNameOf, requirementOf } from '../../core/guarantee.ts'
import type { FloorKind } from '../../core/guarantee.ts'
import { judge } from '../../core/judge.ts'
import type { Judgement, Question } from '../../core/judge.ts'
import { readAndWriteFloor } from '../../core/session.ts'
import { joinVersions } from '../../core/version.ts'
import type { Version, Versions } from '../../core/version.ts'
import type { Settle } from '../../core/wire/wire.ts'
import type { Representation } from '../../transport/representation.ts'
import type { Answer, Carried } from '../../transport/versioned-fetch.ts'
import type { GovernedRequest } from '../rules/request.ts'
import type { ClientParts } from './parts.ts'

/** Returns the floor that a read has in a scope, now. */
export function readFloorIn(
  { held, scopes, lists }: ClientParts,
  request: GovernedRequest,
  scope: string,
): Version | undefined {
  const { floor: kind } = requirementOf(request.level)
  const own = floorOf(scopes.formatOf, kind, {
    scope: held.session.requiredOf(scope),
    key: held.floorIn(request.key, scope),
  })
  const shared = kind === 'none' ? undefined : lists?.floorIn(request, scope)
  return shared && own ? (joinVersions(scopes.formatOf, own, shared) ?? own) : (own ?? shared)
}

/**
 * Judges versions, of an answer or of what is held, by the floors that the read has now.
 *
 * A list that is behind is judged once more, by what it has to cover itself: where all own writes that it
 * lacks are known, they are laid over it (docs/lists.md). `list` is what it would be laid over.
 */
export function judgeVersions(
  parts: ClientParts,
  request: GovernedRequest,
  versions: Versions | undefined,
  list?: Representation,
): Judgement {
  const judgement = judgeBy(parts, request, { versions, floorIn: (scope) => readFloorIn(parts, request, scope) })
  if (judgement.verdict === 'fresh') return judgeHistory(parts, request, versions) ?? judgement
  const { lists } = parts
  if (judgement.verdict !== 'behind' || lists === undefined || list === undefined) return judgement
  const { floor } = requirementOf(request.level)
  if (!hasOwnWrites(floor) || !lists.isWhole(request, { versions, representation: list })) return judgement
  const { verdict } = judgeBy(parts, request, { versions, floorIn: (scope) => lists.ownFloorIn(request, scope, floor) })
  return verdict === 'fresh' ? { ...judgement, verdict } : judgement
}

/** Judges by the history alone, where no floor does (F2). */
function judgeHistory(
  { held, scopes }: ClientParts,
  { level }: GovernedRequest,
  versions: Versions = [],
): Judgement | undefined {
  const got = versions.find((version) => !held.session.isOfEpoch(version))
  if (got === undefined || requirementOf(level).floor === 'none') return undefined
  const { read, write } = held.session.of(got.scope)
  const want = read ?? write
  const isFromBefore = want !== undefined && relateEpochs(scopes.formatOf, got, want) === 'older'
  return { verdict: isFromBefore ? 'behind' : 'never', want, got }
}

/** Tells whether own writes are a part of the floor: else there is nothing that could be laid over. */
function hasOwnWrites(kind: FloorKind): boolean {
  return kind === 'write' || kind === 'session'
}

function judgeBy(
  parts: ClientParts,
  request: GovernedRequest,
  { versions, floorIn }: { versions: Versions | undefined; floorIn: Question['floorIn'] },
): Judgement {
  const judgement = judge({
    formatOf: parts.scopes.formatOf,
    answer: versions,
    floorIn,
    expectedScopes: expectedScopes(parts, request),
  })
  const isWeak = request.wire.evidence !== 'version' && judgement.verdict === 'behind'
  return isWeak ? { ...judgement, verdict: 'unknown' } : judgement // F1
}

/**
 * Tells whether an answer that covers the floor of a read has kept its level by that: the wire has to
 * prove an order, and for `strong` to have a word for the primary, unless the answer says it is from it.
 */
export function isProof({ wire, level }: GovernedRequest, isPrimarys: boolean): boolean {
  const { floor, asksPrimary } = requirementOf(level)
  const isAsked = !asksPrimary || wire.asksPrimary || isPrimarys
  return floor === 'none' || (wire.evidence === 'version' && isAsked)
}

/**
 * Tells whether a read can be sent to the primary: our own wire asks only where it was heard, by any read,
 * or by this one (`isHeard`) in an answer that was refused; or where the app expects something of it.
 */
export function canAskPrimary(
  { held, router }: ClientParts,
  { wire, url, origin }: GovernedRequest,
  isHeard = false,
): boolean {
  if (router?.canAskPrimary(url) === true) return true
  if (isHeard || wire.scopesOf !== undefined || wire.format !== undefined) return wire.asksPrimary
  return wire.asksPrimary && held.session.wireScopesOf(origin).size > 0
}

/** Returns the scopes that an answer has to speak of: those of its rule, and those it once spoke of. */
function expectedScopes(
  { held }: ClientParts,
  { key, ruleScopes, scopes }: GovernedRequest,
): Iterable<string> {
  // Where a wire tells several scopes apart, what a write has left under the key may speak of more than
  // any read does.
  if (scopes !== undefined && scopes.length > 1) return ruleScopes
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
  const level = asksPrimary ? 'strong' : levelNameOf(request.level)
  const asking = { level, asksPrimary, waitMs: leftMs, maxStalenessMs }
  const attachment = request.wire.attach?.({ request, floors, ...asking })
  return { floors, attachment, settle: settleOf(parts, request, floors) }
}

/**
 * Returns what a write carries, now: all that the session has seen and done, for the server to check. Floors of scopes
 * that have `ended` stay at home.
 */
export function carriedByWrite(parts: ClientParts, request: GovernedRequest, ended?: ReadonlySet<string>): Carried {
  const floors = floorsOnWire(parts, request, (scope) =>
    ended?.has(scope) === true ? undefined : sessionFloorIn(parts, scope),
  )
  const asking = { level: 'session', asksPrimary: false, waitMs: 0, maxStalenessMs: undefined }
  const attachment = request.wire.attach?.({ request, floors, ...asking })
  return { floors, attachment, settle: settleOf(parts, request, floors) }
}

/** Judges what a refused write was told, by what it carried. */
export function judgeRefusal(parts: ClientParts, { versions }: Answer): Judgement {
  const { formatOf } = parts.scopes
  return judge({ formatOf, answer: versions, floorIn: (scope) => sessionFloorIn(parts, scope), expectedScopes: [] })
}

function sessionFloorIn({ held, scopes }: ClientParts, scope: string): Version | undefined {
  return readAndWriteFloor(scopes.formatOf, held.session.of(scope))
}

/**
 * Returns the floors that travel to the origin of a request, under its wire's own names for the scopes.
 *
 * An origin has scopes on the wire once it has answered on the wire. Until then it gets no header of
 * ours: an unchanged backend would not understand it, and across origins its preflight would fail.
 */
function floorsOnWire(
  parts: ClientParts,
  request: GovernedRequest,
  floorIn: (scope: string) => Version | undefined,
): Versions {
  const { origin, wire } = request
  const floors: Version[] = []
  for (const scope of touchedScopes(parts, request)) {
    const floor = floorIn(scope)
    const name = parts.scopes.wireNameOf(scope, origin, wire.format)
    if (floor === undefined || name === undefined) continue
    if (wire.touches?.(request, name) === false) continue
    floors.push({ scope: name, epoch: unprimed(floor.epoch), position: floor.position })
  }
  return floors
}

/** Returns the scopes that a request touches, as far as is known: else all of its origin. */
export function touchedScopes({ held }: ClientParts, request: GovernedRequest): Iterable<string> {
  const { key, ruleScopes, scopes, origin, wire } = request
  if (scopes !== undefined) return scopes
  // Names that answers gave to scopes in a format of their own. Those of other origins drop out by name.
  if (wire.format !== undefined) return held.session.known()
  const known = held.session.wireScopesOf(origin)
  if (known.size === 0) return []
  const floor = held.slotOf(key)?.floor
  return new Set([...ruleScopes, ...(floor?.map(({ scope }) => scope) ?? known)])
}

/** Lets the wire note what is known as a request leaves, where its answer depends on that. */
function settleOf(
  parts: ClientParts,
  request: GovernedRequest,
  floors: Versions,
): Settle | undefined {
  const floorIn = (name: string): Version | undefined =>
    sessionFloorIn(parts, request.naming.scopeId(name))
  const { numberAbove } = parts.scopes
  return request.wire.depart?.({ request, floors, floorIn, numberAbove })
}
