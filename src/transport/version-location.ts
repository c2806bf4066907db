// Where the version stands in an answer.
//
// The default is our own wire, in which answers name their scopes. A backend that was never changed
// has versions all the same: a column in the JSON, a header of its own. Such a version is of one
// resource, and says nothing of any other (lessons V16, V17): unless the rule names a wider scope,
// the resource is a scope of its own.
//
// L1. What is malformed is no version: the answer is delivered, unknown, and the fault is reported.
// L2. A number that JSON has already rounded is refused: beyond 2^53 the position must be a string.

import { ProtocolError } from '../core/errors.ts'
import { integer } from '../core/formats/integer.ts'
import { headerNames, parseVersionList } from '../core/protocol.ts'
import { parseVersion } from '../core/version.ts'
import type { FormatOf, VersionFormat, Versions } from '../core/version.ts'

/** Where the version stands in an answer, and how it is written there. */
export type VersionLocation =
  | { readonly kind: 'wire' }
  | { readonly kind: 'header'; readonly name: string; readonly format: VersionFormat }
  | { readonly kind: 'json'; readonly path: readonly string[]; readonly format: VersionFormat }

/** The version stands in `Data-Version`, which names its scopes: the default. */
export const wireVersion: VersionLocation = { kind: 'wire' }

/**
 * The version stands in a header, such as `X-Resource-Version: 42`.
 *
 * Across origins the server has to name the header in `Access-Control-Expose-Headers`.
 */
export function headerVersion(name: string, format: VersionFormat = integer): VersionLocation {
  return { kind: 'header', name, format }
}

/**
 * The version stands in a field of the JSON body, such as `version`, or `meta.version` further in.
 *
 * A field of digits may be a string or a whole number up to 2^53 - 1.
 */
export function jsonVersion(path: string, format: VersionFormat = integer): VersionLocation {
  return { kind: 'json', path: path.split('.'), format }
}

/** How versions of one answer are named: what a rule and an origin decide. */
export interface Naming {
  readonly formatOf: FormatOf
  /** The id of a scope that the answer itself names. */
  readonly scopeId: (name: string) => string
  /** The id of the scope that the rule names, for locations that name none. */
  readonly ruleScopeId: string
}

/**
 * Reads the versions that stand in the headers.
 *
 * @returns `undefined` where there is none: unknown, and not zero (I4).
 * @throws {ProtocolError} when there is one that cannot be understood.
 */
export function versionsInHeaders(
  location: VersionLocation,
  headers: Headers,
  naming: Naming,
): Versions | undefined {
  if (location.kind === 'json') return undefined
  const name = location.kind === 'wire' ? headerNames.dataVersion : location.name
  const text = headers.get(name)
  if (text === null || text === '') return undefined
  if (location.kind === 'header') return [pointIn(location.format, text, naming)]
  const versions = parseVersionList(name, text).map((parts) =>
    parseVersion(naming.formatOf, { ...parts, scope: naming.scopeId(parts.scope) }),
  )
  return versions.length === 0 ? undefined : versions
}

/**
 * Reads the version that stands in a JSON document.
 *
 * @returns `undefined` where there is none.
 * @throws {ProtocolError} when there is one that cannot be understood.
 */
export function versionInJson(
  location: VersionLocation & { kind: 'json' },
  document: unknown,
  naming: Naming,
): Versions | undefined {
  const field = location.path.join('.')
  const value = valueAt(document, location.path)
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return [pointIn(location.format, value, naming)]
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    return [pointIn(location.format, String(value), naming)]
  }
  throw new ProtocolError({
    what: `version in the JSON field "${field}"`,
    text: typeof value === 'number' ? String(value) : `a value of type ${typeof value}`,
    expected: 'a string, or a whole number up to 2^53 - 1 (send larger ones as strings)', // L2
  })
}

function pointIn(format: VersionFormat, text: string, naming: Naming): Versions[number] {
  return { scope: naming.ruleScopeId, ...format.parse(text) }
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  let value = document
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = Reflect.get(value, name)
  }
  return value
}
