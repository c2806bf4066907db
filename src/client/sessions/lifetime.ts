// A lifetime: one session of one principal, from its beginning to its end, with all that it knows.
//
// A lifetime is never emptied and used again. When its user signs out it is let go of as a whole, and
// another is opened. So what comes late, an answer, a body, a transaction or a timer, finds the floors and
// the memory of the session in which it began, which nobody looks at any more (I11, lessons P3): there is
// no generation to compare where it arrives, and none to forget.
//
// L1. Who waits for something of a lifetime hears of its end in that step, and of no answer afterwards.
// L2. A lifetime that has ended tells no event.
// L3. Its requests are aborted with it, and the bodies that are still being read. A browser's `fetch` follows a
//     signal without being held by it, so a request without a signal of its own gets that of the session. Node's
//     adds a listener for each, and warns of them. And `AbortSignal.any` would join two signals, but Node never lets
//     go of one that somebody listens to, nor of all that the listener reaches: every client that ever was. There
//     whoever can still read an answer holds what joins them, and nobody else.

import { OptionsError, SessionEndedError } from '../../core/errors.ts'
import type { SessionEnd } from '../../core/errors.ts'
import type { Versions } from '../../core/version.ts'
import { floorMirror } from '../../storage/floor-mirror.ts'
import type { SignOuts } from '../../storage/sign-outs.ts'
import type { OpenStorage, StorageContext } from '../../storage/storage.ts'
import { membersOf } from '../../transport/versioned-fetch.ts'
import type { EventFacts, Events } from '../events/events.ts'
import type { Witnesses } from '../events/witness.ts'
import { createHealing } from '../exchanges/healing.ts'
import type { ClientParts, OnEnded } from '../exchanges/parts.ts'
import type { RoutedWrite } from '../exchanges/routing.ts'
import { createDoubt } from '../memory/doubt.ts'
import { createHeld } from '../memory/held.ts'
import { createPersistence } from '../memory/persistence.ts'
import type { Scopes } from '../memory/scopes.ts'
import { createReader } from '../reads/reader.ts'
import type { Read } from '../reads/reader.ts'
import type { ResolvedOptions } from '../rules/options.ts'
import type { Classify } from '../rules/request.ts'
import type { FindRule } from '../rules/rules.ts'
import { diskWithinMs } from '../waits/deadline.ts'
import { hearAbort } from '../waits/hearing.ts'
import { waitIn } from '../waits/waiting.ts'
import type { Waiting } from '../waits/waiting.ts'
import { createWriter } from '../writes/writer.ts'
import type { Routing } from './routing-option.ts'
import type { OpenTabs, Tabs } from './tabs.ts'

/** What all lifetimes of a client have in common: nothing of it is anybody's. */
export interface Household {
  readonly options: ResolvedOptions
  readonly scopes: Scopes
  readonly events: Events
  readonly classify: Classify
  readonly findRule: FindRule
  readonly witnesses: Witnesses
  readonly routing: Routing | undefined
  readonly signOuts: SignOuts
  readonly openTabs: OpenTabs | undefined
  readonly onEnded: OnEnded
}

/** How a lifetime is opened. */
export interface Opening {
  readonly principal: string
  readonly storage: OpenStorage
  /** Called when it is found that another tab has signed it out. */
  readonly onSignedOut: (lifetime: Lifetime) => void
}

/** One session of one principal. */
export interface Lifetime {
  readonly principal: string
  readonly parts: ClientParts
  readonly read: Read
  readonly write: RoutedWrite
  readonly tabs: Tabs | undefined
  /** What the answers of its writes have caused. */
  readonly causes: WeakMap<Response, Versions>
  /** Settles as the work does, or rejects when the lifetime ends (L1). */
  readonly during: <T>(work: Promise<T>) => Promise<T>
  readonly end: (reason: SessionEnd) => void
  /** Tells whether another tab has signed it out; then it is told as well. */
  readonly isSignedOut: () => boolean
  /** Takes the mark of its principal as it stands now for its own. */
  readonly takeMark: () => void
}

/** Opens a lifetime. */
export function openLifetime(household: Household, { principal, storage, onSignedOut }: Opening): Lifetime {
  const { scopes, classify, findRule, witnesses, routing, signOuts, onEnded } = household
  const ending = new AbortController()
  const ended = ending.signal
  const waiting: Waiting = new Set()
  const options = { ...household.options, principal, fetch: abortedWith(ended, household.options.fetch) }
  const events = { ...household.events, emit: (facts: EventFacts) => ended.aborted || household.events.emit(facts) } // L2
  let mark = signOuts.markOf(principal)
  const { formatOf } = scopes
  const { now } = options

  function isSignedOut(): boolean {
    if (ended.aborted) return true
    const found = signOuts.markOf(principal)
    if (found === undefined || found === mark) return false
    onSignedOut(lifetime)
    return true
  }

  const held = createHeld({
    formatOf,
    events,
    now,
    memoryBytesMax: options.memoryBytesMax,
    onUnsaved: () => persistence.schedule(),
  })
  const context: StorageContext = {
    formatOf,
    principal,
    now,
    onDegraded: (reason, cause) => void events.emit({ type: 'storage:degraded', reason, cause }),
    onUnreadable: (record, cause) => void events.emit({ type: 'record:unreadable', record, cause }),
  }
  const persistence = createPersistence({
    held,
    storage: storage(context),
    mirror: floorMirror({ storage: options.mirror || undefined, name: 'tidemark', principal, formatOf }),
    events,
    setTimer: options.setTimer,
    flushAfterMs: 50,
    floorsWithinMs: diskWithinMs,
    isSignedOut,
    onSignedOut: () => onSignedOut(lifetime),
    onStored: (batch) => tabs?.tellStored(batch),
  })
  const tabs = household.openTabs?.({
    principal,
    formatOf,
    held,
    look: persistence.look,
    // The mark tells it, or else the disk.
    checkSignedOut: () => void (isSignedOut() || persistence.look({ scopes: [], keys: [] })),
  })
  const lists = options.rules
    .find(({ list }) => list)
    ?.list?.open({ ...scopes, events, held, now, recall: persistence.recall, classify: (url) => classify(url, undefined) })
  const doubt = createDoubt(now)
  const unrouted = { options, scopes, events, held, doubt, persistence, classify, lists, witnesses, ended, onEnded }
  if (routing !== undefined && typeof routing !== 'function') {
    throw new OptionsError({ field: 'routing', value: routing, accepted: 'routeReads({ … })' })
  }
  const router = routing?.(unrouted)
  const parts = { ...unrouted, router }
  const healing = createHealing(parts)
  const reader = createReader(parts, healing)
  const writer = createWriter(parts, healing, findRule)

  const lifetime: Lifetime = {
    principal,
    parts,
    read: router?.aroundRead(reader) ?? reader,
    write: router?.aroundWrite(writer) ?? writer,
    tabs,
    causes: new WeakMap(),
    during(work) {
      const done = waitIn(waiting, work)
      if (ended.aborted) for (const reject of waiting) reject(ended.reason)
      return done
    },
    end(reason) {
      const error = new SessionEndedError({ reason })
      ending.abort(error)
      for (const reject of waiting) reject(error) // L1
    },
    isSignedOut,
    takeMark() {
      mark = signOuts.markOf(principal)
    },
  }
  return lifetime
}

/** Whether a signal that many requests are given holds none of them: everywhere but in Node and its kin (L3). */
const followsWeakly = Object.prototype.toString.call(Reflect.get(globalThis, 'process')) !== '[object process]'

/** Returns a `fetch` whose requests end with a lifetime (L3). */
function abortedWith(ended: AbortSignal, fetch: ResolvedOptions['fetch']): ResolvedOptions['fetch'] {
  return async (input, init) => {
    ended.throwIfAborted() // It has waited for its turn, or between two tries.
    const ofRequest = typeof input === 'object' && 'signal' in input ? input.signal : undefined
    const own = init?.signal === undefined ? ofRequest : init.signal
    if (!own && followsWeakly) return fetch(input, { ...membersOf(init), signal: ended })
    const joined = new AbortController()
    if (own?.aborted === true) joined.abort(own.reason)
    const ears = (own ? [own, ended] : [ended])
      .filter((signal) => !signal.aborted)
      .map((signal) => hearAbort(signal, () => joined.abort(signal.reason)))
    try {
      const response = await fetch(input, { ...membersOf(init), signal: joined.signal })
      for (const ear of ears) ear.stayWith(response)
      return response
    } catch (error) {
      for (const ear of ears) ear.stop()
      throw error
    }
  }
}
