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
import type { VersionFormat, Versions } from '../core/version.ts'
import { askLevel, headerWire, resourceScope } from '../core/wire/header-wire.ts'
import { problemIn, servedByIn, tidemarkWire } from '../core/wire/tidemark-wire.ts'
import { isJson, valueAt } from '../core/wire/wire.ts'
import type { Wire, WireAnswer } from '../core/wire/wire.ts'

/** Where the version stands in an answer, and how it is written there: a wire. */
export type VersionLocation = Wire

/** The version stands in `Data-Version`, which names its scopes: the default. */
export const wireVersion: Wire = tidemarkWire

/**
 * The version stands in a header, such as `X-Resource-Version: 42`.
 *
 * Across origins the server has to name the header in `Access-Control-Expose-Headers`.
 */
export function headerVersion(name: string, format: VersionFormat = integer): Wire {
  return headerWire({ name: `header ${name}`, response: name, format, scope: resourceScope })
}

/**
 * The version stands in a field of the JSON body, such as `version`, or `meta.version` further in.
 *
 * A field of digits may be a string or a whole number up to 2^53 - 1.
 */
export function jsonVersion(path: string, format: VersionFormat = integer): Wire {
  return {
    name: `json ${path}`,
    evidence: 'version',
    format,
    asksPrimary: false,
    scopesOf: (request) => [request.scope ?? resourceScope(request)],
    versionsIn: (answer) => versionInJson(answer, path, format),
    refusalIn: problemIn,
    sourceIn: servedByIn,
    attach: askLevel,
  }
}

function versionInJson(
  answer: WireAnswer,
  path: string,
  format: VersionFormat,
): Versions | 'in-body' | undefined {
  if (answer.document === undefined) return isJson(answer) ? 'in-body' : undefined
  const value = valueAt(answer.document, path.split('.'))
  if (value === undefined || value === null) return undefined
  const { request } = answer
  const scope = request.scope ?? resourceScope(request)
  if (typeof value === 'string') return [{ scope, ...format.parse(value) }]
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    return [{ scope, ...format.parse(String(value)) }]
  }
  throw new ProtocolError({
    what: `version in the JSON field "${path}"`,
    text: typeof value === 'number' ? String(value) : `a value of type ${typeof value}`,
    expected: 'a string, or a whole number up to 2^53 - 1 (send larger ones as strings)', // L2
  })
}
