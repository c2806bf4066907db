// Scope ids: how a scope is named inside the client.
//
// A name such as `main` is one thing at one backend and another at the next, so an id is the name and
// the origin: `main@https://api.example.com`. A scope of a wire with a format of its own has the
// format in its id as well: `/photos/42#integer@https://api.example.com`. So one scope has one format
// for ever (lessons V2): an app that changes the format of a rule begins with new floors, and the old
// ones, which it could no longer compare, are never looked at again.

import { OptionsError, ProtocolError } from '../../core/errors.ts'
import type { FormatOf, VersionFormat } from '../../core/version.ts'

/** Names the scopes of one client, and tells their formats. */
export interface Scopes {
  readonly formatOf: FormatOf
  /** The id of a scope that `origin` calls `name`: in the client's format, or in one of its own. */
  readonly idOf: (name: string, origin: string, format?: VersionFormat) => string
  /** What the origin calls the scope, where it belongs to that origin, and is of that format. */
  readonly wireNameOf: (id: string, origin: string, format?: VersionFormat) => string | undefined
  /** Returns a whole number above the one given, and above all that were given out before. */
  readonly numberAbove: (number: number) => number
}

/**
 * Makes the naming of a client.
 *
 * @throws {OptionsError} when two different formats have one name.
 */
export function createScopes(
  wireFormat: VersionFormat,
  ruleFormats: readonly VersionFormat[],
): Scopes {
  const formats = new Map<string, VersionFormat>()
  for (const format of [wireFormat, ...ruleFormats]) {
    const known = formats.get(format.name)
    if (known !== undefined && known !== format) {
      const accepted = 'formats with a name of their own'
      throw new OptionsError({ field: 'rules[].versions.format.name', value: format.name, accepted })
    }
    formats.set(format.name, format)
  }
  // One string operation for each id instead of one for each comparison.
  const formatsById = new Map<string, VersionFormat>()
  let number = 0
  return {
    formatOf(id) {
      const known = formatsById.get(id)
      if (known !== undefined) return known
      const name = /#([\w-]+)@/.exec(id)?.[1]
      const format = name === undefined ? wireFormat : formats.get(name)
      if (format === undefined) {
        const expected = `a format among ${[...formats.keys()].join(', ')}`
        throw new ProtocolError({ what: 'scope', text: id, expected })
      }
      formatsById.set(id, format)
      return format
    },
    idOf(name, origin, format) {
      const clean = name.replace(/[%#@]/g, encodeURIComponent)
      return format === undefined ? `${clean}@${origin}` : `${clean}#${format.name}@${origin}`
    },
    wireNameOf(id, origin, format) {
      const end = format === undefined ? `@${origin}` : `#${format.name}@${origin}`
      const name = id.slice(0, -end.length)
      if (!id.endsWith(end) || name.includes('#')) return undefined
      return name.replace(/%(25|23|40)/g, decodeURIComponent)
    },
    numberAbove(known) {
      number = Math.max(number, known) + 1
      return number
    },
  }
}

/** Returns the origin of a scope in the client's format, or `undefined` for others. */
export function wireOriginOf(id: string): string | undefined {
  const at = id.lastIndexOf('@')
  return at < 0 || id.lastIndexOf('#', at) >= 0 ? undefined : id.slice(at + 1)
}
