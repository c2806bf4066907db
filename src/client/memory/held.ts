// What the client holds, in memory: entries by key, beside the session's floors, and what of both the
// disk has yet to learn. Reads and writes go through memory only; `persistence.ts` carries the rest.
//
// H1. Every entry passes the gate (I5). There is no setter.
// H2. The floor of a key is raised at once when an answer is judged, and not when its body has come.
// H3. What changes is marked for the disk in the same step, so that no flush can miss it.
// H4. Memory is bounded: the values used longest ago are let go, and their floors stay (I6).
// H5. No key stands in another history than its scope: an answer from another leaves no entry. But it was shown, as was
//     what each key had shown where a scope enters another: from then on such a key must be shown no less than what
//     the session has seen of the history of now. What the one has of the other, nobody here can know.
// H6. Traces are bounded too: tombstones, and floors of keys whose value is neither here nor on the disk. Beyond
//     a number, the oldest are forgotten, where the floors of the session keep out all that they would
//     (`core/tombstone-collection.ts`).

import type { Entry, Source } from '../../core/entry.ts'
import { admit, joinAnswers } from '../../core/gate.ts'
import { readAndWriteFloor } from '../../core/session.ts'
import { collect, collectedKey, floorOfUnknown } from '../../core/tombstone-collection.ts'
import { compareAnswers, versionIn } from '../../core/version.ts'
import type { FormatOf, Version, Versions } from '../../core/version.ts'
import type { HeldMeta, KeyMeta, Loaded } from '../../storage/storage.ts'
import { sizeOf } from '../../transport/representation.ts'
import type { Representation } from '../../transport/representation.ts'
import type { Events } from '../events/events.ts'
import type { Concurrency } from './resolve-with.ts'
import { createSessionFloors } from './session-floors.ts'
import type { SessionFloors } from './session-floors.ts'

/** What is known of one key. The value of an entry may be in memory, or only on disk. */
export interface Slot {
  floor: Versions
  entry: Entry<Representation> | undefined
  /** What the disk holds, where memory has let go of it or never had it. */
  onDisk: HeldMeta | undefined
  /** Whether the value may reach the disk. */
  isDurable: boolean
  /** Whether the entry is what an own write has answered: to show it is to show what the write floor covers. */
  isOwn?: boolean | undefined
  bytes: number
}

/** What the disk has yet to learn. */
export interface Unsaved {
  readonly keys: Set<string>
  readonly floors: Set<string>
  readonly resets: Set<string>
  readonly used: Map<string, number>
  /** Keys whose tombstones were collected, and may go on the disk too. */
  readonly collected: Set<string>
}

/** The floors and entries of one session. */
export interface Held {
  readonly session: SessionFloors
  readonly slotOf: (key: string) => Slot | undefined
  /** The floor of a key in a scope: what was shown under it, or might have been, where that is forgotten. */
  readonly floorIn: (key: string, scope: string) => Version | undefined
  /** All keys of which anything is known, and what. */
  readonly slots: () => Iterable<readonly [key: string, slot: Slot]>
  /** Raises the read floors, and the floor of the key, by what was shown. */
  readonly recordShown: (key: string, versions: Versions) => void
  /** Lets an entry in by the gate, and tells whether it now stands. */
  readonly admitEntry: (key: string, entry: Entry<Representation>, from: Arrival) => boolean
  /** Takes over what was found on disk, as far as memory does not know better (lessons D16). */
  readonly adopt: (loaded: Loaded) => void
  /** Takes over what other tabs have brought to the disk meanwhile. */
  readonly adoptNews: (news: Loaded) => void
  /** Remembers that the entry of a key was shown, for the floors, and for the eviction of others. */
  readonly touch: (key: string) => void
  /** Forgets that the disk holds something for a key, since it is about to be read, or is gone. */
  readonly forgetDisk: (key: string) => void
  /** Notes that the disk has let go of a value, or could not take it. */
  readonly noteEvicted: (key: string) => void
  /** Takes nothing that is held for vouched for any more: the page has not heard for a while (lessons D20). */
  readonly distrust: () => void
  /** How long ago a source has vouched for something, in milliseconds, as far as that is still worth something. */
  readonly ageOf: (validatedAt: number) => number
  readonly unsaved: Unsaved
}

/** Where an entry came from, and where it may go. */
export interface Arrival {
  readonly source: Source
  readonly isDurable: boolean
  /** Whether it is what an own write has answered. */
  readonly isOwn?: boolean | undefined
  /** What makes one of it and of what is held, where the two are concurrent. */
  readonly concurrency?: Concurrency | undefined
}

/** What {@link createHeld} needs. */
export interface HeldParts {
  readonly formatOf: FormatOf
  readonly events: Events
  readonly now: () => number
  readonly memoryBytesMax: number
  /** Called after each change that the disk has to learn. */
  readonly onUnsaved: () => void
}

/** Makes the memory of a client. */
export function createHeld(parts: HeldParts): Held {
  const { formatOf, events, now } = parts
  const slots = new Map<string, Slot>()
  // Keys whose value is in memory, in the order of use, oldest first: a key that is used goes to the end. They
  // are apart since all others are so many more, once memory is full.
  const values = new Set<string>()
  let bytes = 0
  const session = createSessionFloors({ ...parts, onReset: dropEpoch })
  const unsaved: Unsaved = { keys: new Set(), used: new Map(), collected: new Set(), ...session.unsaved }
  // Oldest first.
  const traces = new Set<string>()
  let tracesMax = tracesKept
  let distrustedAt = Number.NEGATIVE_INFINITY

  function setSlot(key: string, next: Slot): void {
    replace(key, next)
    if (traces.size > tracesMax) collectTraces()
  }

  function replace(key: string, next: Slot): void {
    const previous = slots.get(key)
    bytes += memoryBytes(next) - (previous === undefined ? 0 : memoryBytes(previous))
    slots.set(key, next)
    sort(key, next)
  }

  /** Puts a key among the values or the traces, as the newest, or takes it from there (H4, H6). */
  function sort(key: string, { entry, onDisk }: Slot): void {
    values.delete(key)
    if (entry?.kind === 'value') values.add(key)
    traces.delete(key)
    const isTrace = entry === undefined ? onDisk === undefined : entry.kind === 'tombstone'
    if (isTrace && key !== collectedKey) traces.add(key)
  }

  function floorOfScope(scope: string): Version | undefined {
    return readAndWriteFloor(formatOf, session.of(scope))
  }

  /** Forgets the older half of the traces, as far as the floors allow (H6). */
  function collectTraces(): void {
    let collected = slots.get(collectedKey)?.floor ?? []
    const surplus = [...traces].slice(0, traces.size - tracesKept / 2)
    for (const key of surplus) {
      const slot = slots.get(key)
      const floor = slot && collect(formatOf, slot, { collected, floorIn: floorOfScope })
      if (floor === undefined) continue
      collected = floor
      traces.delete(key)
      slots.delete(key)
      unsaved.keys.delete(key)
      unsaved.used.delete(key)
      unsaved.collected.add(key)
    }
    // What had to stay is not looked at again before there are twice as many.
    tracesMax = Math.max(tracesKept, traces.size * 2)
    if (collected.length === 0) return
    setSlot(collectedKey, { floor: collected, entry: undefined, onDisk: undefined, isDurable: true, bytes: 0 })
    markUnsaved(collectedKey)
  }

  function floorOfAbsent(versions: Versions): Versions {
    return floorOfUnknown(slots.get(collectedKey)?.floor, versions)
  }

  function markUnsaved(key: string): void {
    unsaved.keys.add(key) // H3
    parts.onUnsaved()
  }

  /** Lets go of the values used longest ago (H4). */
  function evict(): void {
    if (bytes <= parts.memoryBytesMax) return
    for (const key of values) {
      if (bytes <= parts.memoryBytesMax) return
      const slot = slots.get(key)
      // What the disk has yet to learn is let go of after the next flush.
      if (slot?.entry?.kind !== 'value' || unsaved.keys.has(key)) continue
      bytes -= memoryBytes(slot)
      slot.onDisk = slot.isDurable ? { ...metaOf(slot.entry, slot.bytes), usedAt: now() } : undefined
      slot.entry = undefined
      sort(key, slot)
    }
  }

  /** Drops what rests on a history that has ended. The floors of its keys go on in the new one (H5). */
  function dropEpoch(version: Version): void {
    for (const [key, slot] of slots) {
      const old = versionIn(slot.floor, version.scope)
      if (old === undefined || old.epoch === version.epoch) continue
      const floor = slot.floor.map((known) => (known === old ? version : known))
      replace(key, { floor, entry: undefined, onDisk: undefined, isDurable: slot.isDurable, bytes: 0 })
      markUnsaved(key)
    }
    if (traces.size > tracesMax) collectTraces() // Not before all of them are in one history.
  }

  /** Takes over what the disk knows of a key, and tells whether its entry is news. */
  function adoptKey(key: string, found: KeyMeta): boolean {
    const meta = inThisHistory(found)
    const slot = slots.get(key)
    if (slot === undefined) {
      const unknown = key === collectedKey ? [] : floorOfAbsent(meta.floor)
      setSlot(key, { ...slotFrom(meta), floor: joinAnswers(formatOf, unknown, meta.floor) })
      return meta.held !== undefined
    }
    slot.floor = joinAnswers(formatOf, meta.floor, slot.floor)
    if (meta.held === undefined || !isNewer(meta.held, slot.entry)) return false
    setSlot(key, { ...slotFrom(meta), floor: slot.floor })
    return true
  }

  /** Returns what the disk knows of a key as it goes on here, where a history has ended meanwhile (H5). */
  function inThisHistory(meta: KeyMeta): KeyMeta {
    if (meta.floor.every(session.isOfEpoch)) return meta
    return { floor: meta.floor.map(goingOn), held: undefined }
  }

  /** Returns what a version of another history comes to in that of now (H5). */
  function goingOn(version: Version): Version {
    const { read, write } = session.of(version.scope)
    return session.isOfEpoch(version) ? version : (read ?? write ?? version)
  }

  function isNewer(found: HeldMeta, entry: Entry<Representation> | undefined): boolean {
    if (entry === undefined) return true
    return compareAnswers(formatOf, found.versions, entry.versions) === 'after'
  }

  return {
    session,
    slotOf: (key) => slots.get(key),
    floorIn: (key, scope) => versionIn((slots.get(key) ?? slots.get(collectedKey))?.floor ?? [], scope),
    slots: () => slots,
    unsaved,

    recordShown(key, answered) {
      session.recordRead(answered)
      const versions = answered.every(session.isOfEpoch) ? answered : answered.map(goingOn)
      const slot = slots.get(key)
      if (slot === undefined) {
        const next = { entry: undefined, onDisk: undefined, isDurable: true, bytes: 0 }
        setSlot(key, { ...next, floor: joinAnswers(formatOf, floorOfAbsent(versions), versions) })
        markUnsaved(key)
        return
      }
      const order = compareAnswers(formatOf, versions, slot.floor)
      if (order !== 'after' && order !== 'concurrent') return
      slot.floor = joinAnswers(formatOf, slot.floor, versions)
      markUnsaved(key)
    },

    admitEntry(key, entry, { source, isDurable, isOwn, concurrency }) {
      if (!entry.versions.every(session.isOfEpoch)) {
        events.emit({ type: 'entry:rejected', key, source, reason: 'foreign', versions: entry.versions })
        return false // H5
      }
      const slot = slots.get(key)
      const unknown = slot === undefined ? floorOfAbsent(entry.versions) : []
      const forgotten = unknown.length === 0 ? undefined : { floor: unknown, entry: undefined }
      const state = slot === undefined ? forgotten : { floor: slot.floor, entry: slot.entry }
      const admission = admit(formatOf, state, entry)
      const isRejected = admission.outcome === 'rejected'
      const resolved = isRejected && state ? concurrency?.resolve(formatOf, state, entry) : undefined
      if (resolved?.entry) {
        events.emit({ type: 'entry:resolved', key, source, versions: resolved.entry.versions })
      } else if (admission.outcome === 'rejected') {
        const { reason } = admission
        events.emit({ type: 'entry:rejected', key, source, reason, versions: entry.versions })
        if (slot !== undefined && admission.state.floor !== slot.floor) {
          slot.floor = admission.state.floor
          markUnsaved(key)
        }
        return false
      }
      const next = resolved ?? admission.state
      const size = next.entry?.kind === 'value' ? sizeOf(next.entry.value) : 0
      setSlot(key, { ...next, onDisk: undefined, isDurable, isOwn, bytes: size })
      if (source !== 'disk') markUnsaved(key)
      evict()
      events.emit({ type: 'entry:admitted', key, source, versions: entry.versions, kind: entry.kind, bytes: size })
      return true
    },

    adoptNews({ floors, keys }) {
      session.adoptNews(floors)
      for (const [key, meta] of keys) {
        if (!adoptKey(key, meta) || meta.held === undefined) continue
        const { versions, kind } = meta.held
        const size = meta.held.kind === 'value' ? meta.held.bytes : 0
        events.emit({ type: 'entry:admitted', key, source: 'tab', versions, kind, bytes: size })
      }
    },

    adopt({ floors, keys }) {
      session.adoptLoaded(floors)
      for (const [key, meta] of keys) adoptKey(key, meta)
    },

    touch(key) {
      const slot = slots.get(key)
      if (slot === undefined) return
      // It may be another tab's, and newer than all that this page was shown.
      if (slot.entry !== undefined && slot.isOwn !== true) session.recordRead(slot.entry.versions)
      sort(key, slot)
      if (slot.isDurable) unsaved.used.set(key, now())
    },

    distrust() {
      distrustedAt = now()
    },

    ageOf: (validatedAt) => (validatedAt <= distrustedAt ? Number.POSITIVE_INFINITY : now() - validatedAt),

    forgetDisk(key) {
      const slot = slots.get(key)
      if (slot === undefined) return
      slot.onDisk = undefined
      sort(key, slot)
    },

    noteEvicted(key) {
      const slot = slots.get(key)
      if (slot === undefined || unsaved.keys.has(key)) return // Another value has come meanwhile.
      slot.isDurable = false
      slot.onDisk = undefined
      sort(key, slot)
    },
  }
}

// Small enough to be no burden, and many enough for what a page may yet show as gone.
const tracesKept = 1024

function slotFrom(meta: KeyMeta): Slot {
  const { floor, held } = meta
  const bytes = held?.kind === 'value' ? held.bytes : 0
  // A tombstone is small enough to be here whole.
  const entry = held?.kind === 'tombstone' ? held : undefined
  return { floor, entry, onDisk: entry === undefined ? held : undefined, isDurable: true, bytes }
}

function metaOf(
  entry: Entry<Representation> & { kind: 'value' },
  bytes: number,
): { kind: 'value'; versions: Versions; validatedAt: number; bytes: number } {
  return { kind: 'value', versions: entry.versions, validatedAt: entry.validatedAt, bytes }
}

function memoryBytes(slot: Slot): number {
  return slot.entry?.kind === 'value' ? slot.bytes : 0
}
