// Waiting for what an answer depends on: the reply is not shown before its question (consistent prefix,
// across scopes). What dependencies are, and how they travel, stands in `core/wire/dependency.ts`.
//
// N1. A resource that is not visible yet is read, with the version as its floor, within the budget of
//     the read that waits for it. What it brings is held, so the page's own read of it finds it.
// N2. A whole scope cannot be read. It is expected at the version instead: whatever the session reads of
//     it next, after this answer, covers it.
// N3. A cycle ends where it began, and a chain is bounded: neither is waited for for ever.
// N4. A dependency that cannot be understood, or leads to an origin that nobody named, asks for nothing.

import { isTidemarkError } from '../../core/errors.ts'
import { covers, parseVersion, versionIn } from '../../core/version.ts'
import type { Version } from '../../core/version.ts'
import { dependsHeader, parseDependencies, unmetDependencies } from '../../core/wire/dependency.ts'
import type { Dependency } from '../../core/wire/dependency.ts'
import type { Answer } from '../../transport/versioned-fetch.ts'
import { leftMsOf } from '../exchanges/course.ts'
import type { Course, FetchFresh } from '../exchanges/course.ts'
import type { ClientParts } from '../exchanges/parts.ts'
import type { GovernedRequest } from '../rules/request.ts'

const chainMax = 8

/** Reads what an answer depends on, and returns a dependency that is not visible for all that. */
export async function awaitDependencies(
  parts: ClientParts,
  { course, answer }: { readonly course: Course; readonly answer: Answer },
  fetchFresh: FetchFresh,
): Promise<Dependency | undefined> {
  const named = dependenciesOf(parts, course.request, answer).filter(({ resource }) => {
    return resource === undefined || isNamed(parts, course.request, resource) // N4
  })
  if (named.length === 0) return undefined
  const seenIn = (dependency: Dependency): Version | undefined => seenOf(parts, course.request, dependency)
  const unmet = unmetDependencies(parts.scopes.formatOf, named, seenIn)
  // Side by side: each has the whole of what is left, and the slowest decides.
  await Promise.all(unmet.map((dependency) => require(parts, course, { dependency, fetchFresh })))
  const { formatOf } = parts.scopes
  return unmetDependencies(formatOf, unmet, seenIn).find((dependency) => {
    return dependency.resource !== undefined && !isInChain(parts, course, dependency) // N2, N3
  })
}

function dependenciesOf(
  { scopes, events }: ClientParts,
  { wire, url }: GovernedRequest,
  { response }: Answer,
): readonly Dependency[] {
  // Other vocabularies know no dependencies, and the header would mean something else in them.
  const text = wire.format === undefined ? response.headers.get(dependsHeader) : null
  if (text === null) return []
  try {
    return parseDependencies(text).map(({ resource, version }) => ({
      resource,
      version: parseVersion(scopes.formatOf, {
        ...version,
        scope: scopes.idOf(version.scope, resource === undefined ? url.origin : new URL(resource, url).origin),
      }),
    }))
  } catch (cause) {
    if (!isTidemarkError(cause, 'protocol') && !(cause instanceof TypeError)) throw cause
    events.emit({ type: 'version:malformed', url: url.href, cause }) // N4
    return []
  }
}

/** Returns the version up to which the session has seen a dependency: its scope, or the resource itself. */
function seenOf(
  parts: ClientParts,
  request: GovernedRequest,
  dependency: Dependency,
): Version | undefined {
  const { held, scopes } = parts
  const { version } = dependency
  const { read } = held.session.of(version.scope)
  if (read !== undefined && covers(scopes.formatOf, read, version)) return read
  const key = requestOf(parts, request, dependency)?.key
  const floor = key === undefined ? undefined : held.slotOf(key)?.floor
  return (floor && versionIn(floor, version.scope)) ?? read
}

async function require(
  parts: ClientParts,
  course: Course,
  { dependency, fetchFresh }: { readonly dependency: Dependency; readonly fetchFresh: FetchFresh },
): Promise<void> {
  const { held, events } = parts
  const leftMs = leftMsOf(course)
  const [version = dependency.version] = held.session.inKnownEpochs([dependency.version])
  const { url, signal } = course.request
  events.emit({ type: 'dependency:awaited', url: url.href, resource: dependency.resource, version })
  held.session.expect(version, dependency.resource === undefined ? scopeForMs : leftMs)
  const request = requestOf(parts, course.request, dependency)
  const isEnd = request === undefined || isInChain(parts, course, dependency) || course.chain.length >= chainMax
  if (isEnd) return // N2, N3, N4
  try {
    const own = { ...request, signal, budgetMs: leftMs }
    const { response } = await fetchFresh(own, course.deadline?.signal, [...course.chain, course.request.key])
    await response.arrayBuffer() // Only what was read to its end is held (N1).
  } catch {
    // Whatever failed, the dependency is not visible, and the answer that rests on it is not shown.
  }
}

// As long as an expectation lasts that an app gives: see `session.ts`.
const scopeForMs = 30_000

function isInChain(parts: ClientParts, course: Course, dependency: Dependency): boolean {
  const key = requestOf(parts, course.request, dependency)?.key
  return key !== undefined && (key === course.request.key || course.chain.includes(key))
}

function requestOf(
  { classify }: ClientParts,
  { url }: GovernedRequest,
  { resource }: Dependency,
): GovernedRequest | undefined {
  return resource === undefined ? undefined : classify(new URL(resource, url), undefined)
}

function isNamed({ options }: ClientParts, { url }: GovernedRequest, resource: string): boolean {
  return options.origins.has(new URL(resource, url).origin)
}
