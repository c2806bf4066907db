// Versions that travel within data: on a page from its server, in a persisted cache, from another tab.
//
// V1. What comes in is a stranger's (I14): versions are rebuilt field by field, parsed by the format of
//     their scope, and bounded in number and length.

import { ProtocolError } from '../../core/errors.ts'
import { parseVersion } from '../../core/version.ts'
import type { Version, Versions } from '../../core/version.ts'
import type { ClientParts } from '../exchanges/parts.ts'

const membersMax = 256

/**
 * Returns versions that came from outside, in the epochs by which their sources are known here.
 *
 * @throws {ProtocolError} for what is no list of versions.
 */
export function parseCarried({ scopes, held }: ClientParts, list: unknown): Versions {
  if (!Array.isArray(list) || list.length > membersMax) {
    const expected = `a list of at most ${membersMax}`
    throw new ProtocolError({ what: 'versions of data', text: typeof list, expected })
  }
  const versions = list.map((one: unknown): Version => parseVersion(scopes.formatOf, partsOfVersion(one)))
  return held.session.inKnownEpochs(versions)
}

function partsOfVersion(one: unknown): Version {
  return { scope: text(one, 'scope'), epoch: text(one, 'epoch'), position: text(one, 'position') }
}

function text(value: unknown, name: string): string {
  const isObject = typeof value === 'object' && value !== null
  const found: unknown = isObject ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined
  if (typeof found === 'string' && found.length <= 8192) return found
  throw new ProtocolError({ what: `${name} of a version within data`, text: typeof found, expected: 'a text' })
}
