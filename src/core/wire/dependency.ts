// Dependencies: "only after this". What an answer rests on, in other scopes than its own.
//
//   Data-Depends: "/questions/7";s=shard-2;e="7f3a";v="41", shard-3;e="9c";v="8"
//
// A member is a resource at a version (its URL or path in quotes, `s` its scope), or a whole scope at a
// version. Within one scope the as-of of an answer says it already; across scopes, such as the shards of
// a partitioned store, only whoever wrote the thing knows what it had read (writes follow reads). The
// idea is that of COPS: Lloyd et al., "Don't Settle for Eventual", SOSP 2011.
//
// D1. An answer is not shown before what it depends on is visible to the session: seen at the version or
//     after it, or known to be gone by then.
// D2. Dependencies are bounded in number and depth, and a cycle is its own proof: of two answers that
//     name each other, both are here.

import { ProtocolError } from '../errors.ts'
import { covers } from '../version.ts'
import type { FormatOf, Version } from '../version.ts'
import { receivedLengthMax } from './protocol.ts'
import { parseList, printList, tokenOrString } from './structured-field.ts'
import type { BareItem, Item } from './structured-field.ts'

/** The name of the header, as it is printed. */
export const dependsHeader = 'Data-Depends'

/** The most dependencies that one answer may name. */
export const dependenciesMax = 32

/** Something that has to be visible first. */
export interface Dependency {
  /** The URL or path of the resource, or `undefined` for the scope as a whole. */
  readonly resource: string | undefined
  readonly version: Version
}

/**
 * Reads `Data-Depends`.
 *
 * @throws {ProtocolError} when it is malformed, too long, or names too many.
 */
export function parseDependencies(text: string): Dependency[] {
  if (text.length > receivedLengthMax) {
    throw refusal(text, `at most ${receivedLengthMax} characters`)
  }
  const items = parseList(dependsHeader, text)
  if (items.length > dependenciesMax) throw refusal(text, `at most ${dependenciesMax} members`)
  return items.map(({ bare, parameters }) => {
    const isResource = bare.kind === 'string' && /^(\/|https?:\/\/)/.test(bare.value)
    const scope = nameOf(text, isResource ? parameters.get('s') : bare)
    const epoch = parameters.get('e')
    return {
      resource: isResource ? bare.value : undefined,
      version: {
        scope,
        epoch: epoch === undefined ? '' : quotedOf(text, epoch),
        position: quotedOf(text, parameters.get('v')),
      },
    }
  })
}

/** Prints `Data-Depends`. */
export function printDependencies(dependencies: readonly Dependency[]): string {
  return printList(dependencies.map(itemOf))
}

/**
 * Returns the dependencies that are not yet visible (D1). `seenIn` tells up to where the session has seen
 * the scope of a dependency, or its resource.
 */
export function unmetDependencies(
  formatOf: FormatOf,
  dependencies: readonly Dependency[],
  seenIn: (dependency: Dependency) => Version | undefined,
): Dependency[] {
  return dependencies.filter((dependency) => {
    const seen = seenIn(dependency)
    return seen === undefined || !covers(formatOf, seen, dependency.version)
  })
}

function itemOf({ resource, version: { scope, epoch, position } }: Dependency): Item {
  const parameters = new Map<string, BareItem>()
  if (resource !== undefined) parameters.set('s', tokenOrString(scope))
  if (epoch !== '') parameters.set('e', { kind: 'string', value: epoch })
  parameters.set('v', { kind: 'string', value: position })
  const bare: BareItem =
    resource === undefined ? tokenOrString(scope) : { kind: 'string', value: resource }
  return { bare, parameters }
}

function nameOf(text: string, bare: BareItem | undefined): string {
  const isName = bare?.kind === 'token' || bare?.kind === 'string'
  if (isName && bare.value !== '') return bare.value
  throw refusal(text, 'a scope, as the member or as its "s"')
}

function quotedOf(text: string, bare: BareItem | undefined): string {
  if (bare?.kind === 'string' && bare.value !== '') return bare.value
  throw refusal(text, '"v", and "e" if there is one, as quoted strings')
}

function refusal(text: string, expected: string): ProtocolError {
  return new ProtocolError({ what: dependsHeader, text, expected })
}
