// Persistence: how memory and disk learn of each other.
//
// P1. No request waits for the disk (I8). Only the judging of the first answers waits for the floors,
//     no longer than `floorsWithinMs`; and a read that may be answered by a value which is on the disk alone
//     waits for that, as shortly, and within its budget (`held-answer.ts`). The mirror does not end that wait, however complete it calls itself:
//     browsers write `localStorage` back seconds later, so after a crash it is an older one than the disk
//     (docs/findings/0007). It has what the first requests carry, and what is gone by when the wait is over.
// P2. Own write floors reach the mirror in the step in which they are raised: a reload between the
//     acknowledgement of a write and the next flush forgets nothing.
// P3. A failed commit loses nothing: what it took is marked again, and the next flush brings it.
// P4. Flushes never overlap, so the disk sees the states of a key in their order.
// P5. Of two histories of a scope, the mirror says which goes on, since a tab that enters one tells the
//     mirror in the same step. A tab that has not heard of it must not bring the old one back, neither
//     there nor from a disk that no flush has reached yet.
// P6. After its end it brings nothing anywhere; and what another tab has signed out, it does not bring back:
//     the mirror is asked for that before each write, and the disk compares in the transaction (P2 of lessons).
// P7. It hands the disk nothing before that has told what stands there, or failed to: a batch that comes first would
//     take the disk for its own as it finds it, though another tab has signed out since it was handed over.
// P8. What a flush would bring is in the mirror in the turn in which it begins, also while the one before it is under
//     way: a page that is hidden may have no more than this turn, and a disk may hang for ever.
// P8. What a flush would bring is in the mirror in the step in which it begins, also while the one before it is under
//     way: a page that is hidden may have no more than this turn, and a disk may hang for ever.

import type { Entry } from '../../core/entry.ts'
import { isTidemarkError } from '../../core/errors.ts'
import { epochOf } from '../../core/session.ts'
import type { ScopeFloors } from '../../core/session.ts'
import type { FloorMirror } from '../../storage/floor-mirror.ts'
import type { Batch, Loaded, Names, Put, VersionedStorage } from '../../storage/storage.ts'
import { parseRepresentation } from '../../transport/representation.ts'
import type { Representation } from '../../transport/representation.ts'
import type { Events } from '../events/events.ts'
import { within } from '../waits/deadline.ts'
import type { Held } from './held.ts'

/** Carries changes to the disk, and what the disk knows into memory. */
export interface Persistence {
  /**
   * Resolves once the floors are known, or the wait for them is over; `undefined` where that is so already,
   * so that nobody waits a turn for nothing. Never rejects.
   */
  readonly known: () => Promise<void> | undefined
  /** Tells whether floors may be missing, because the disk has not told them yet. */
  readonly mayLackFloors: () => boolean
  /** Resolves once all that is on disk was looked at, or could not be. Never rejects. */
  readonly loaded: Promise<void>
  /** Plans a flush soon. */
  readonly schedule: () => void
  /** Writes own write floors where a reload finds them (P2). */
  readonly mirrorFloors: (scopes: Iterable<string>) => void
  /** Brings all that is unsaved to the disk. Never rejects: a failure is an event. */
  readonly flush: () => Promise<void>
  /**
   * Reads the entry of a key that memory does not hold, and lets it in by the gate, however late. Never
   * rejects; as long as the disk takes, it does not resolve.
   */
  readonly recall: (key: string) => Promise<void>
  /**
   * Looks at the disk for what other tabs have brought there, all of it or some: on the way back to a page,
   * and when another tab tells of it. Never rejects.
   */
  readonly look: (only?: Names) => Promise<void>
  /** Flushes, and lets go of the disk. */
  readonly close: () => Promise<void>
  /** Ends without a flush, and wipes what is stored. Rejects where the disk could not be wiped. */
  readonly wipe: () => Promise<void>
  /** Ends without a flush, where another tab has wiped already. */
  readonly abandon: () => void
}

/** What {@link createPersistence} needs. */
export interface PersistenceParts {
  readonly held: Held
  readonly storage: VersionedStorage
  readonly mirror: FloorMirror
  readonly events: Events
  readonly setTimer: (callback: () => void, delayMs: number) => () => void
  /** How long changes are gathered, in milliseconds. */
  readonly flushAfterMs: number
  /** How long the first answers wait for floors, in milliseconds. */
  readonly floorsWithinMs: number
  /** Tells whether another tab has signed this session out, which then ends (P6). */
  readonly isSignedOut: () => boolean
  /** Called when the disk tells that another tab has. */
  readonly onSignedOut: () => void
  /** Called with what has reached the disk. */
  readonly onStored: (batch: Batch) => void
}

/** Starts loading, and makes the persistence of a client. */
export function createPersistence(parts: PersistenceParts): Persistence {
  const { held, storage, mirror, events, setTimer } = parts
  let cancelTimer: (() => void) | undefined
  let flushing: Promise<void> = Promise.resolve()
  /** How many flushes are under way: one, and those that wait for it. */
  let flushes = 0
  let failures = 0
  let isLoading = true
  let isClosed = false
  let isOver = false

  function report(reason: string, cause: unknown): void {
    events.emit({ type: 'storage:degraded', reason, cause })
  }

  const mirrored = mirror.read()
  held.adoptNews({ floors: mirrored.floors, keys: new Map() })

  const loaded = storage.load().then(
    (found) => {
      if (isOver || parts.isSignedOut()) return
      const before = held.session.moment()
      held.adopt(found)
      tellRaised(found, before)
      // From now on the mirror knows all that is known.
      mirror.write(held.session.all, 'all')
    },
    (cause: unknown) => report('the stored floors and entries could not be read', cause),
  )
  void loaded.then(() => (isLoading = false))
  let keysKnown: Promise<void> | undefined = within(loaded, parts.floorsWithinMs, parts)
  void keysKnown.then(() => {
    keysKnown = undefined
  })

  function schedule(): void {
    if (isClosed || cancelTimer !== undefined) return
    // After failures the next try comes later, and ever later: a full disk must not be hammered (D17).
    const delayMs = parts.flushAfterMs * 2 ** Math.min(failures, 10)
    cancelTimer = setTimer(() => void flush(), delayMs)
  }

  function flush(): Promise<void> {
    cancelTimer?.()
    cancelTimer = undefined
    if (flushes > 0) mirrorUnsaved() // P8
    flushes += 1
    flushing = flushing.then(commitUnsaved).then(() => void (flushes -= 1)) // P4
    return flushing
  }

  function mirrorUnsaved(): void {
    const { floors, resets } = held.unsaved
    mirrorFloors([...floors, ...resets])
  }

  async function commitUnsaved(): Promise<void> {
    mirrorUnsaved() // P8
    if (isLoading) {
      await loaded // P7
      mirrorUnsaved()
    }
    const batch = isClosed ? undefined : takeBatch(held)
    if (batch === undefined) return
    try {
      const result = await storage.commit(batch)
      failures = 0
      learn(result)
      for (const key of result.evicted) held.noteEvicted(key)
      parts.onStored(batch)
    } catch (cause) {
      if (isTidemarkError(cause, 'session-ended')) return parts.onSignedOut() // P6
      failures += 1
      restore(held, batch) // P3
      report('changes could not be written', cause)
      schedule()
    }
  }

  function mirrorFloors(scopes: Iterable<string>): void {
    if (isOver || parts.isSignedOut()) return
    const { session } = held
    const stands = mirror.read().floors
    const news = new Map<string, ScopeFloors>()
    const changed = new Map<string, ScopeFloors>()
    for (const scope of scopes) {
      const theirs = stands.get(scope)
      const isNews = theirs !== undefined && isOfOther(scope, theirs) && !session.begun.delete(scope)
      if (isNews && !hasLeft(scope, theirs)) news.set(scope, theirs) // P5
      else changed.set(scope, session.of(scope))
    }
    for (const scope of news.keys()) held.unsaved.resets.delete(scope)
    held.adoptNews({ floors: news, keys: new Map() })
    if (changed.size > 0) mirror.write(changed)
  }

  /** Takes over what other tabs have brought to the disk, and tells if floors have risen by it. */
  function learn({ floors, keys }: Loaded): void {
    const before = held.session.moment()
    held.adoptNews({ floors: newsIn(floors), keys })
    tellRaised({ floors }, before)
  }

  /** Tells that floors have risen by those of the disk, if they have since a moment: what is watched may be behind. */
  function tellRaised({ floors }: Pick<Loaded, 'floors'>, before: number): void {
    if (held.session.moment() === before) return
    events.emit({ type: 'session:adopted', scopes: [...floors.keys()] })
  }

  async function look(only?: Names): Promise<void> {
    if (isClosed || parts.isSignedOut()) return
    try {
      const found = await storage.load(only)
      if (!isOver) learn(found)
    } catch (cause) {
      if (isTidemarkError(cause, 'session-ended')) parts.onSignedOut() // P6
      else if (!isClosed) report('what other tabs have stored could not be read', cause)
    }
  }

  /** Returns the floors of the disk without those of a history that the mirror has left behind (P5). */
  function newsIn(floors: ReadonlyMap<string, ScopeFloors>): ReadonlyMap<string, ScopeFloors> {
    const stands = mirror.read().floors
    const news = new Map(floors)
    for (const [scope, theirs] of floors) {
      const known = stands.get(scope)
      if (!isOfOther(scope, theirs) || known === undefined || isOfOther(scope, known)) continue
      news.delete(scope)
      held.unsaved.resets.add(scope)
      schedule()
    }
    return news
  }

  function isOfOther(scope: string, floors: ScopeFloors): boolean {
    const [theirs, ours] = [epochOf(floors), epochOf(held.session.of(scope))]
    return theirs !== undefined && ours !== undefined && theirs !== ours
  }

  function hasLeft(scope: string, floors: ScopeFloors): boolean {
    return held.session.hasLeft(scope, epochOf(floors) ?? '')
  }

  function end(): void {
    isOver = true
    isClosed = true
    cancelTimer?.()
  }

  async function recall(key: string): Promise<void> {
    held.forgetDisk(key)
    try {
      const entry = await storage.read(key)
      if (entry !== undefined) {
        held.admitEntry(key, parseEntry(entry), { source: 'disk', isDurable: true })
      }
    } catch (cause) {
      events.emit({ type: 'record:unreadable', record: key, cause })
    }
  }

  return {
    known: () => keysKnown,
    mayLackFloors: () => isLoading,
    loaded,
    schedule,
    mirrorFloors,
    flush,
    recall,
    look,
    async close() {
      await flush()
      isClosed = true
      storage.close()
    },
    async wipe() {
      end()
      mirror.clear()
      try {
        await storage.clear()
      } finally {
        mirror.clear() // Another tab may have written there meanwhile, that has yet to be told.
        storage.close()
      }
    },
    abandon() {
      end()
      storage.close()
    },
  }
}

function takeBatch(held: Held): Batch | undefined {
  const { keys, floors, resets, used, collected } = held.unsaved
  if (keys.size + floors.size + resets.size + used.size + collected.size === 0) return undefined
  const batch = {
    resets: floorsOf(held, resets),
    floors: floorsOf(held, floors),
    puts: [...keys].flatMap((key) => putOf(held, key)),
    used: new Map(used),
    collected: [...collected],
  }
  for (const set of [keys, floors, resets, used, collected]) set.clear()
  return batch
}

function floorsOf(held: Held, scopes: Iterable<string>): Map<string, ScopeFloors> {
  return new Map([...scopes].map((scope) => [scope, held.session.of(scope)]))
}

function putOf(held: Held, key: string): Put[] {
  const slot = held.slotOf(key)
  if (slot === undefined) return []
  // What may not reach the disk leaves only its floor there.
  const entry = slot.isDurable ? slot.entry : undefined
  return [{ key, state: { floor: slot.floor, entry }, bytes: slot.bytes }]
}

function restore(held: Held, batch: Batch): void {
  const { keys, floors, resets, used, collected } = held.unsaved
  for (const key of batch.collected ?? []) collected.add(key)
  for (const { key } of batch.puts) keys.add(key)
  for (const scope of batch.floors.keys()) floors.add(scope)
  for (const scope of batch.resets.keys()) resets.add(scope)
  for (const [key, at] of batch.used) used.set(key, Math.max(at, used.get(key) ?? 0))
}

function parseEntry(entry: Entry<unknown>): Entry<Representation> {
  return entry.kind === 'tombstone' ? entry : { ...entry, value: parseRepresentation(entry.value) }
}
