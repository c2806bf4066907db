// Whether the session has been shown what a write has caused.

import { covers } from '../../core/version.ts'
import type { Versions } from '../../core/version.ts'
import type { ClientParts } from '../exchanges/parts.ts'

/** Tells whether reads have covered versions, or never will. */
export function isSettled({ held, scopes }: ClientParts, versions: Versions): boolean {
  return versions.every((version) => {
    const { read } = held.session.of(version.scope)
    // A history that ended took the write with it, or has it: nothing more will be learned.
    const isOver = read !== undefined && read.epoch !== version.epoch
    return isOver || (read !== undefined && covers(scopes.formatOf, read, version))
  })
}
