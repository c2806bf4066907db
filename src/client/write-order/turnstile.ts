// The turnstile: writes of one client, each waiting until nothing before it is in its way.
//
//             nothing before it in any of its scopes       all locks granted
//   waiting ─────────────────────────────────────▶ asking ─────────────────▶ sent ──▶ gone
//      ▲                                              │                        ▲
//      └──────────── the page goes out of sight ──────┘      (keeps its turn, without its locks)
//
// T1. Of two writes with a scope in common, the one that was called first leaves first, and the other
//     after its answer or failure. A write has its place in all its scopes from the first step on.
// T2. Locks are asked for only when nothing in this page is in the way, and in one order of names for
//     all pages: so whoever holds a lock waits for nobody who waits for that lock.
// T3. No lock is held, nor asked for, by a page that may be frozen or kept for the way back: its held
//     lock would stop all other tabs, and keep it out of the back/forward cache (lessons D21, D22).
// T4. A write that is not waited for any more has no place.

import type { WatchPage } from '../../storage/page-absence.ts'

/** One write at the turnstile. */
export interface Place {
  /** The scopes that it belongs to, in one order for all. */
  readonly scopes: readonly string[]
  /** Asks for the lock of a scope, where pages share one. */
  readonly lock: (scope: string) => Hold
  /** Called when the turn has come. */
  readonly start: () => void
}

/** A lock, asked for or held. */
export interface Hold {
  /** Resolves once it is held, or cannot be had here at all. Never settles once it was let go of. */
  readonly granted: Promise<void>
  readonly letGo: () => void
}

/** Lets writes through, one after another where they share a scope. */
export interface Turnstile {
  readonly enter: (place: Place) => void
  /** Ends a turn, or gives up a place. */
  readonly leave: (place: Place) => void
  /** Counts the writes that a place has to wait for in this page. */
  readonly aheadOf: (place: Place) => number
}

interface Standing {
  state: 'waiting' | 'asking' | 'sent'
  holds: Hold[]
}

/** Makes a turnstile. `watchPage` is told what to do when the page goes, and when it is back. */
export function createTurnstile(watchPage: WatchPage): Turnstile {
  /** In the order of calls (T1). */
  const places = new Map<Place, Standing>()
  let isAway = false
  let stopWatching: (() => void) | undefined

  function advance(): void {
    if (isAway) return // T3
    const taken = new Set<string>()
    for (const [place, standing] of places) {
      const isFree = place.scopes.every((scope) => !taken.has(scope))
      for (const scope of place.scopes) taken.add(scope) // T1
      if (isFree && standing.state === 'waiting') void ask(place, standing)
    }
  }

  async function ask(place: Place, standing: Standing): Promise<void> {
    const holds: Hold[] = []
    standing.holds = holds
    standing.state = 'asking'
    for (const scope of place.scopes) {
      const hold = place.lock(scope) // T2
      holds.push(hold)
      await hold.granted
      // Given up, or the page went and came back meanwhile: then what was granted is let go already.
      if (standing.holds !== holds) return
    }
    standing.state = 'sent'
    place.start()
  }

  function letGo(standing: Standing): void {
    for (const hold of standing.holds) hold.letGo()
    standing.holds = []
  }

  function goAway(): void {
    isAway = true
    for (const standing of places.values()) {
      letGo(standing) // T3
      if (standing.state === 'asking') standing.state = 'waiting'
    }
  }

  function comeBack(): void {
    isAway = false
    advance()
  }

  return {
    enter(place) {
      stopWatching ??= watchPage(goAway, comeBack)
      places.set(place, { state: 'waiting', holds: [] })
      advance()
    },
    leave(place) {
      const standing = places.get(place)
      if (standing === undefined) return
      places.delete(place) // T4
      letGo(standing)
      if (places.size > 0) {
        advance()
        return
      }
      stopWatching?.()
      stopWatching = undefined
      isAway = false
    },
    aheadOf(place) {
      let ahead = 0
      for (const other of places.keys()) {
        if (other === place) return ahead
        if (other.scopes.some((scope) => place.scopes.includes(scope))) ahead += 1
      }
      return ahead
    },
  }
}
