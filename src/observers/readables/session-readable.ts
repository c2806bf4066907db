// The session as a readable: its floors, for whoever shows or hands on how far the user has seen.

import type { ClientParts } from '../../client/exchanges/parts.ts'
import type { ScopeFloors } from '../../core/session.ts'
import { createReadable } from './readable-source.ts'
import type { Readable } from './readable.ts'

/** What a session knows at one moment. Frozen; another moment is another object. */
export interface SessionSnapshot {
  /** The floors by scope. */
  readonly floors: ReadonlyMap<string, ScopeFloors>
}

/** Makes the readable of a client's session. */
export function createSessionReadable(parts: ClientParts): Readable<SessionSnapshot> {
  let snapshot: SessionSnapshot = Object.freeze({ floors: new Map() })

  function get(): SessionSnapshot {
    const { all } = parts.held.session
    // Floors are values that are never changed in place, so the same objects are the same floors.
    const isSame =
      all.size === snapshot.floors.size && [...all].every(([scope, floors]) => snapshot.floors.get(scope) === floors)
    if (!isSame) snapshot = Object.freeze({ floors: new Map(all) })
    return snapshot
  }

  return createReadable({
    get,
    start: (onChange) => parts.events.subscribe(onChange),
    setTimer: parts.options.setTimer,
  })
}
