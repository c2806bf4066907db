// What is measured of endpoints belongs to a session, since it tells which versions that one has met. Who
// shows it holds on to one source all the same: this one, that goes along with the sessions.

import type { Events } from '../events/events.ts'
import type { LagSource } from '../exchanges/routing.ts'

/** Returns a source that gives what that of the session of now gives. */
export function lagOfNow(current: () => LagSource, events: Events): LagSource {
  /** Begins to hear the source of each session, and ends to hear the one before. */
  function follow(hear: () => () => void): () => void {
    let leave = hear()
    const stop = events.subscribe(({ type }) => {
      if (type !== 'session:ended') return
      leave()
      leave = hear()
    })
    return () => {
      stop()
      leave()
    }
  }
  return {
    get: () => current().get(),
    getSnapshot: () => current().get(),
    getServerSnapshot: () => current().getServerSnapshot(),
    listen: (listener) => follow(() => current().listen(listener)),
    subscribe: (listener) => follow(() => current().subscribe(listener)),
  }
}
