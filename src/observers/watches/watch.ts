// One watch: what is held and what reads bring, as a snapshot that changes.
//
//              first listener                 last has left, and the grace period
//     cold ─────────────────────► listened to ─────────────────────► cold
//      │ get: what is held now     │ is told of what concerns its key, and reads again
//
// W1. What is shown passes the gate of its stage, and covers the floors of its reads; else it is marked
//     `behind` (I2, I5). A cold watch that would show less than the session has done shows nothing.
// W2. A failure is a field of the snapshot, beside what is still shown (lessons B5).
// W3. `get` is right at once, in the step of a change; who listens is told in the next microtask.
// W4. What is shown was seen, whoever brought it: another tab may have put on the disk what this one has heard
//     nothing of, and no read after it may show less (lessons S2).

import { isAbsence } from '../../client/exchanges/answer-judgement.ts'
import type { ClientParts } from '../../client/exchanges/parts.ts'
import { recallFor } from '../../client/reads/held-answer.ts'
import type { Read } from '../../client/reads/reader.ts'
import type { GovernedRequest } from '../../client/rules/request.ts'
import { TransportError } from '../../core/errors.ts'
import { compareAnswers } from '../../core/version.ts'
import type { Versions } from '../../core/version.ts'
import { createReadable } from '../readables/readable-source.ts'
import type { Readable } from '../readables/readable.ts'
import { arrivingFrom, ownLack, presentable, presentedAnew } from './held-source.ts'
import type { ReadAnswer } from './held-source.ts'
import type { Holder, Holders } from './holders.ts'
import { createLaying } from './laid-over.ts'
import type { Seen } from './laid-over.ts'
import type { OperationView } from './operation-view.ts'
import type { Parse } from './parsing.ts'
import { createReading } from './reading.ts'
import { createRendered } from './rendered.ts'
import { createStage } from './shown.ts'
import type { Arriving, Lack, Shown, Stage } from './shown.ts'
import { emptySnapshot, renewed, snapshotOf } from './snapshot.ts'
import type { Behind, Snapshot } from './snapshot.ts'
import type { ResolvedWatchOptions } from './watch-options.ts'

/** A resource that is watched. */
export interface Watch<T> extends Readable<Snapshot<T>> {
  /** Reads again, in any case, and resolves with what is then shown. It never rejects: see `error`. */
  readonly refresh: () => Promise<Snapshot<T>>
}

/** What those who know of changes tell a watch that is listened to. */
export interface WatchInlet extends Holder {
  /** Whoever holds the inlet holds the watch: so equal arguments find it for as long as it is heard. */
  readonly self: () => Watch<unknown>
  readonly request: GovernedRequest
  readonly options: ResolvedWatchOptions
  /** Something was admitted under its key. */
  readonly onEntry: (source: Arriving['source'], versions: Versions) => void
  /** Something was admitted that may be an item of its list. */
  readonly onItems: () => void
  /** The session has caused something: `undefined`, nobody knows what. */
  readonly onWrite: (caused: Versions | undefined) => void
  /** What the session knows to exist has changed. */
  readonly onFloor: () => void
  /** Floors came from elsewhere, mostly another tab. What shows them may be on the disk already. */
  readonly onHeard: () => void
  /** A scope has begun a new history. */
  readonly onReset: (scope: string) => void
  readonly onOperations: () => void
  /** The page is worth reading for again. */
  readonly onReturn: () => void
  /** The page was frozen, or kept for the way back. */
  readonly onBack: () => void
  /** Another session has begun, after what was shown was forgotten. */
  readonly onBegun: () => void
  /** The client was closed: nothing goes on reading. */
  readonly onClosed: () => void
}

/** What a watch is made from. */
export interface WatchParts<T> {
  readonly parts: ClientParts
  readonly read: Read
  readonly request: GovernedRequest
  readonly parse: Parse<T>
  readonly options: ResolvedWatchOptions
  readonly operations: OperationView
  /** Called when somebody begins to listen. Returns what ends it. */
  readonly enlist: (inlet: WatchInlet) => () => void
  /** Those that have to forget with a session. */
  readonly holders: Holders
  /** What a server renders of it, or has rendered. */
  readonly rendered: () => Arriving | undefined
  readonly isVisible: () => boolean
}

/** What a watch has of one session. */
interface Standing<T> {
  readonly stage: Stage<T>
  readonly seenOver: (shown: Shown<T> | undefined) => Seen<T>
  readonly rendered: () => Snapshot<T>
}

/** Makes a watch. */
export function createWatch<T>(given: WatchParts<T>): Watch<T> {
  const { parts, request, options, operations, parse } = given
  const { key } = request
  const { now, setTimer } = parts.options
  // What belongs to one session.
  let standing = stand()
  let snapshot: Snapshot<T> = emptySnapshot
  let isDirty = true
  let error: unknown
  let behind: Behind | undefined
  // Whether items of a list have changed since it was laid out.
  let isLaidAnew = false
  // Set while somebody listens.
  let notify: (() => void) | undefined

  const reading = createReading({
    read: given.read,
    request,
    intervalMs: options.intervalMs,
    setTimer,
    isVisible: given.isVisible,
    onAnswer,
    onFailure(cause) {
      error = cause // W2
    },
    onChange: change,
    covers,
    isLacking: () => error !== undefined || lackNow() !== undefined,
  })

  function stand(): Standing<T> {
    return {
      stage: createStage<T>({
        formatOf: parts.scopes.formatOf,
        isOfEpoch: (version) => parts.held.session.isOfEpoch(version),
        parse,
      }),
      seenOver: createLaying(operations, key, parse),
      rendered: createRendered<T>({ basis: given.rendered, shown: shownNow, parse }),
    }
  }

  function shownNow(): Shown<T> | undefined {
    get()
    return standing.stage.shown()
  }

  function change(): void {
    isDirty = true
    notify?.() // W3
  }

  function offer(arriving: Arriving): void {
    try {
      if (standing.stage.offer(arriving)) {
        error = undefined
        if (arriving.lack === undefined) parts.held.touch(key) // W4
      }
    } catch (cause) {
      error = cause // W2
    }
    change()
  }

  function onAnswer(answer: ReadAnswer): void {
    const { response, report } = answer
    if (!response.ok && !isAbsence(response)) {
      const { status, statusText } = response
      error = new TransportError({ url: request.url.href, status, statusText }) // W2
      return
    }
    error = undefined
    const arriving = arrivingFrom(parts, request, answer)
    const shown = standing.stage.shown()
    const isShown = report.source === 'memory' && arriving.versions === shown?.versions
    offer({ ...arriving, source: isShown ? (shown?.source ?? 'memory') : arriving.source })
  }

  function lackNow(): Lack | undefined {
    const shown = standing.stage.shown()
    return shown && (ownLack(parts, request, shown.versions) ?? shown.lack)
  }

  /** Keeps the object while it says the same, so that snapshots can be compared. */
  function behindNow(): Behind | undefined {
    const lack = lackNow()
    if (lack === undefined) return undefined
    const isSame = behind?.wanted === lack.wanted && behind.got === lack.got
    return isSame ? behind : Object.freeze({ ...lack, since: behind?.since ?? now() })
  }

  function compose(): Snapshot<T> {
    const shown = standing.stage.shown()
    behind = behindNow()
    const { pending, parsed } = standing.seenOver(shown)
    const facts = {
      version: shown?.versions,
      source: pending ? ('optimistic' as const) : shown?.source,
      fetching: reading.isUnderWay(),
      behind: behind ?? (false as const),
      pending,
      validatedAt: shown?.validatedAt,
      error,
    }
    return snapshotOf(shown, facts, parsed)
  }

  function get(): Snapshot<T> {
    if (notify === undefined) lookUp()
    if (isLaidAnew) lay()
    if (isDirty) {
      isDirty = false
      snapshot = renewed(snapshot, compose())
    }
    return snapshot
  }

  /** Shows a list with what is known of its items by now. */
  function lay(): void {
    isLaidAnew = false
    const shown = standing.stage.shown()
    const anew = shown && presentedAnew(parts, request, shown)
    if (anew !== undefined) offer(anew)
  }

  /** Shows what is held, where nobody would tell us of it. */
  function lookUp(): void {
    const held = presentable(parts, request)
    const shown = standing.stage.shown()
    if (held === undefined) {
      const isLacking = ownLack(parts, request, shown?.versions) !== undefined
      if (isLacking && request.onUnavailable === 'throw') standing.stage.clear() // W1
    } else if (held.content !== shown?.content || held.validatedAt !== shown?.validatedAt) {
      offer(held)
    }
    isDirty = true
  }

  function start(onChange: () => void): () => void {
    lookUp()
    notify = onChange
    const dismiss = given.enlist(inlet)
    recall()
    void parts.persistence.loaded.then(recall)
    reading.begin()
    return () => {
      notify = undefined
      dismiss()
      reading.end()
      isDirty = true
    }
  }

  /** Brings into memory what only the disk has. It is shown when it has been admitted. */
  function recall(): void {
    if (notify !== undefined) void recallFor(parts, request)
  }

  function covers(caused: Versions): boolean {
    const versions = standing.stage.shown()?.versions
    if (versions === undefined) return false
    const order = compareAnswers(parts.scopes.formatOf, versions, caused)
    return order === 'equal' || order === 'after'
  }

  function onFloor(): void {
    const lack = lackNow()
    if (lack !== undefined) reading.readFor([lack.wanted])
    change()
  }

  const inlet: WatchInlet = {
    self: () => watch,
    request,
    options,
    onEntry(source, versions) {
      if (versions === reading.landing()) return // Shown when the read has ended, and not twice.
      const held = presentable(parts, request, source)
      if (held !== undefined) offer(held)
      // What the disk has just told, and may not be shown, would be told again, without an end.
      else if (source !== 'disk') recall()
    },
    onItems() {
      isLaidAnew = true
      change()
    },
    onWrite(caused) {
      if (isLaidAnew) lay()
      if (caused === undefined) reading.readFor('anything')
      else if (!covers(caused)) reading.readFor(caused)
      change() // It may be behind by now.
    },
    onFloor,
    onHeard() {
      change()
      // Not from each tab that nobody sees: it reads when it is seen again.
      if (given.isVisible()) void Promise.resolve(recallFor(parts, request)).then(() => notify !== undefined && onFloor())
    },
    onReset(scope) {
      if (standing.stage.shown()?.versions?.some((version) => version.scope === scope) !== true) return
      standing.stage.enter(scope)
      // Whoever has found the new history will most likely show it; else one more read does.
      const begun = parts.held.session.of(scope).read
      reading.readFor(begun === undefined ? 'anything' : [begun])
      change()
    },
    onOperations: change,
    onReturn() {
      reading.forgive()
      void reading.revalidate('planned')
    },
    onBack: () => reading.restart(),
    forget() {
      reading.end()
      standing = stand()
      error = undefined
      behind = undefined
      isLaidAnew = false
      snapshot = emptySnapshot
      change()
    },
    onBegun() {
      lookUp()
      void parts.persistence.loaded.then(recall)
      reading.begin()
    },
    onClosed() {
      reading.end()
      change()
    },
  }
  given.holders.add(inlet)

  const readable = createReadable<Snapshot<T>>({
    get,
    getServer: () => standing.rendered(),
    start,
    graceMs: options.graceMs,
    setTimer,
  })
  const watch: Watch<T> = Object.freeze({
    ...readable,
    async refresh() {
      await reading.refresh()
      return get()
    },
  })
  return watch
}
