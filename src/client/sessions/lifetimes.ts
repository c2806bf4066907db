// Who uses a client: one lifetime after another, and never two at once.
//
// A sign-out happens in this order (lessons P2): the lifetime ends, and its answers in flight with it; its
// memory is let go of; what the mirror and the disk have of its principal is wiped; the other tabs are
// told. It is done when all of that is.
//
// T1. After a sign-out nobody uses the client: the principal is '', until `use` names another. The next
//     lifetime is there in the same step, so no request has to wait for the wiping (I8); but it does not
//     touch the disk before the disk is wiped, and where that fails, not at all.
// T2. Another principal's records are left to it: `use` hides them, and wipes nothing.
// T3. Other tabs hear of it after the disk is empty: what they then read there is nobody's.
// T4. Where another tab finds it on the disk, `localStorage` may come later from the other process, and the
//     session that begins in between begins on a mirror that is not yet wiped: it ends as well, by the mark.
// T5. The next lifetime makes itself known to the disk as soon as that is wiped, before it has anything to store:
//     else a flush of it that was under way while another tab signed out would be taken for the first of who
//     comes after.

import { OptionsError, SessionEndedError } from '../../core/errors.ts'
import type { SessionEnd } from '../../core/errors.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import type { OpenStorage } from '../../storage/storage.ts'
import type { Forget } from '../exchanges/parts.ts'
import { openLifetime } from './lifetime.ts'
import type { Household, Lifetime } from './lifetime.ts'

/** The lifetimes of one client. */
export interface Lifetimes {
  readonly current: () => Lifetime
  readonly signOut: () => Promise<void>
  readonly use: (principal: string) => Promise<void>
}

/** Opens the first lifetime of a client. `forgets` are told of the end of each. */
export function createLifetimes(household: Household, forgets: ReadonlySet<Forget>): Lifetimes {
  const { options, events, signOuts } = household
  let current = open(options.principal, options.storage)

  function open(principal: string, storage: OpenStorage): Lifetime {
    return openLifetime(household, { principal, storage, onSignedOut: endFromElsewhere })
  }

  /** Lets another session stand in the place of one that ends. Returns what has to be waited for. */
  function replace(reason: SessionEnd, next: () => Lifetime): Promise<unknown> {
    current.end(reason)
    current = next()
    const forgotten = Promise.all([...forgets].map((forget) => forget(reason)))
    events.emit({ type: 'session:ended', reason })
    return forgotten
  }

  function endFromElsewhere(lifetime: Lifetime): void {
    if (lifetime !== current) return
    lifetime.parts.persistence.abandon()
    lifetime.tabs?.close()
    void replace('signed-out-elsewhere', () => open('', options.storage))
    events.emit({ type: 'session:begun' })
  }

  return {
    current: () => current,

    async signOut() {
      const { principal, parts, tabs } = current
      let wiped: Promise<void> | undefined
      let next: Lifetime | undefined
      const isOver = (): boolean => current !== next || current.isSignedOut()
      const forgotten = replace('signed-out', () => {
        wiped = parts.persistence.wipe()
        next = open('', principal === '' ? onceWiped(wiped, options.storage, isOver) : options.storage) // T1
        return next
      })
      try {
        await Promise.all([wiped, forgotten])
      } finally {
        signOuts.renew(principal) // T3
        current.takeMark()
        tabs?.tellSignedOut()
        tabs?.close()
        const { held, persistence } = current.parts
        persistence.mirrorFloors(held.session.all.keys())
        events.emit({ type: 'session:begun' })
      }
    },

    async use(principal) {
      if (typeof principal !== 'string') {
        throw new OptionsError({ field: 'principal', value: principal, accepted: 'a text' })
      }
      if (principal === current.principal) return
      const left = current.parts.persistence.close() // T2
      current.tabs?.close()
      void replace('switched', () => open(principal, options.storage))
      events.emit({ type: 'session:begun' })
      await left
    },
  }
}

const nothing = { scopes: [], keys: [] }

/**
 * Opens a storage once it is wiped, or stays in memory where it was not (T1). Nobody has to wait to hear that
 * there is nothing.
 */
function onceWiped(wiped: Promise<unknown>, open: OpenStorage, isOver: () => boolean): OpenStorage {
  return (context) => {
    const opened = wiped.then(
      () => open(context),
      () => memoryStorage()(context),
    )
    // What fails here fails again where it matters.
    const known = opened.then((storage) => storage.load(nothing).catch(() => undefined))
    return {
      load: async () => ({ floors: new Map(), keys: new Map() }),
      read: async (key) => (await opened).read(key),
      async commit(batch) {
        await known // T5
        if (isOver()) throw new SessionEndedError({ reason: 'signed-out-elsewhere' })
        return (await opened).commit(batch)
      },
      clear: async () => (await opened).clear(),
      close: () => void opened.then((storage) => storage.close()),
    }
  }
}
