// What the client holds: the session's floors and the entries, in memory, and what of it the disk has
// yet to learn. Reads and writes go through memory only; `persistence.ts` carries the rest.
//
// H1. Every entry passes the gate (I5), and every floor is raised by a join (I1). There is no setter.
// H2. A floor is raised at once when an answer is judged, and not when its body has come.
// H3. What changes is marked for the disk in the same step, so that no flush can miss it.
// H4. Memory is bounded: the values used longest ago are let go, and their floors stay (I6).

import type { Entry, Source } from '../core/entry.ts'
import { relateEpochs, resetFloors, withKnownEpoch } from '../core/epoch.ts'
import { admit, joinAnswers } from '../core/gate.ts'
import { epochOf, joinFloors, noFloors, recordRead, recordWrite } from '../core/session.ts'
import type { ScopeFloors } from '../core/session.ts'
import { compareAnswers, versionIn } from '../core/version.ts'
import type { FormatOf, Version, Versions } from '../core/version.ts'
import type { HeldMeta, KeyMeta, Loaded } from '../storage/storage.ts'
import { sizeOf } from '../transport/representation.ts'
import type { Representation } from '../transport/representation.ts'
import type { Events } from './events.ts'
import { wireOriginOf } from './scopes.ts'

/** What is known of one key. The value of an entry may be in memory, or only on disk. */
export interface Slot {
  floor: Versions
  entry: Entry<Representation> | undefined
  /** What the disk holds, where memory has let go of it or never had it. */
  onDisk: HeldMeta | undefined
  /** Whether the value may reach the disk. */
  isDurable: boolean
  bytes: number
}

/** What the disk has yet to learn. */
export interface Unsaved {
  readonly keys: Set<string>
  readonly floors: Set<string>
  readonly resets: Set<string>
  readonly used: Map<string, number>
}

/** The floors and entries of one session. */
export interface Held {
  readonly floorsOf: (scope: string) => ScopeFloors
  /** All floors, by scope. */
  readonly floors: ReadonlyMap<string, ScopeFloors>
  /** The scopes of an origin that travel on our wire, of which floors are known. */
  readonly wireScopesOf: (origin: string) => ReadonlySet<string>
  readonly slotOf: (key: string) => Slot | undefined
  /** Returns the versions of an answer in the epochs by which their sources are known here. */
  readonly inKnownEpochs: (versions: Versions) => Versions
  /** Raises the read floors, and the floor of the key if there is one, by what was shown. */
  readonly recordShown: (key: string | undefined, versions: Versions) => void
  /** Raises the write floors by what a write has caused. */
  readonly recordCaused: (versions: Versions) => void
  /** Lets an entry in by the gate, and tells whether it now stands. */
  readonly admitEntry: (key: string, entry: Entry<Representation>, from: Arrival) => boolean
  /** Begins a new history of a scope: floors are replaced, and what rests on the old is dropped. */
  readonly resetEpoch: (version: Version) => void
  /** Takes over what was found on disk, as far as memory does not know better (lessons D16). */
  readonly adopt: (loaded: Loaded) => void
  /** Takes over what other tabs have brought to the disk meanwhile. */
  readonly adoptNews: (news: Loaded) => void
  /** Remembers that a key was used, for the eviction of others. */
  readonly touch: (key: string) => void
  /** Forgets that the disk holds something for a key, since it is about to be read, or is gone. */
  readonly forgetDisk: (key: string) => void
  readonly unsaved: Unsaved
}

/** Where an entry came from, and where it may go. */
export interface Arrival {
  readonly source: Source
  readonly isDurable: boolean
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
  const floors = new Map<string, ScopeFloors>()
  // In the order of use, oldest first: a key that is used goes to the end.
  const slots = new Map<string, Slot>()
  let bytes = 0
  const unsaved: Unsaved = {
    keys: new Set(),
    floors: new Set(),
    resets: new Set(),
    used: new Map(),
  }

  const wireScopes = new Map<string, Set<string>>()

  const floorsOf = (scope: string): ScopeFloors => floors.get(scope) ?? noFloors

  function putFloors(scope: string, next: ScopeFloors): void {
    if (!floors.has(scope)) {
      const origin = wireOriginOf(scope)
      if (origin !== undefined) addTo(wireScopes, origin, scope)
    }
    floors.set(scope, next)
  }

  function setFloors(scope: string, next: ScopeFloors): void {
    const previous = floorsOf(scope)
    if (next === previous) return
    putFloors(scope, next)
    unsaved.floors.add(scope) // H3
    for (const kind of ['read', 'write'] as const) {
      const version = next[kind]
      if (version !== undefined && version !== previous[kind]) {
        events.emit({ type: 'floor:raised', kind, version })
      }
    }
    parts.onUnsaved()
  }

  /** Tells whether a version stands in the epoch of the scope's floors, or is the first to be seen. */
  function isOfEpoch(version: Version): boolean {
    const epoch = epochOf(floorsOf(version.scope))
    return epoch === undefined || epoch === version.epoch
  }

  function setSlot(key: string, next: Slot): void {
    const previous = slots.get(key)
    bytes += memoryBytes(next) - (previous === undefined ? 0 : memoryBytes(previous))
    slots.delete(key)
    slots.set(key, next)
  }

  function markUnsaved(key: string): void {
    unsaved.keys.add(key) // H3
    parts.onUnsaved()
  }

  /** Lets go of the values used longest ago (H4). */
  function evict(): void {
    if (bytes <= parts.memoryBytesMax) return
    for (const [key, slot] of slots) {
      if (bytes <= parts.memoryBytesMax) return
      // What the disk has yet to learn is let go of after the next flush.
      if (slot.entry?.kind !== 'value' || unsaved.keys.has(key)) continue
      bytes -= memoryBytes(slot)
      slot.onDisk = slot.isDurable ? { ...metaOf(slot.entry, slot.bytes), usedAt: now() } : undefined
      slot.entry = undefined
    }
  }

  function resetEpoch(version: Version): void {
    putFloors(version.scope, resetFloors(version))
    unsaved.floors.delete(version.scope)
    unsaved.resets.add(version.scope)
    for (const [key, slot] of slots) {
      const old = versionIn(slot.floor, version.scope)
      if (old === undefined || old.epoch === version.epoch) continue
      bytes -= memoryBytes(slot)
      slots.delete(key)
      unsaved.keys.delete(key)
    }
    events.emit({ type: 'epoch:reset', scope: version.scope, version })
    parts.onUnsaved()
  }

  function adoptFloors(scope: string, found: ScopeFloors): void {
    const version = found.read ?? found.write
    if (version === undefined) return
    if (isOfEpoch(version)) {
      const own = floorsOf(scope)
      const joined = joinFloors(formatOf, own, found)
      if (joined !== own) putFloors(scope, joined)
      return
    }
    // Another tab has asked the primary and healed. Had we, our reset would have replaced the disk's.
    const ours = floorsOf(scope).read ?? floorsOf(scope).write
    const isOld = ours !== undefined && relateEpochs(formatOf, version, ours) === 'older'
    if (!isOld && !unsaved.resets.has(scope)) resetEpoch(version)
  }

  function adoptKey(key: string, meta: KeyMeta): void {
    if (!meta.floor.every(isOfEpoch)) return
    const slot = slots.get(key)
    if (slot === undefined) {
      setSlot(key, slotFrom(meta))
      return
    }
    slot.floor = joinAnswers(formatOf, meta.floor, slot.floor)
    if (meta.held === undefined || !isNewer(meta.held, slot.entry)) return
    setSlot(key, { ...slotFrom(meta), floor: slot.floor })
  }

  function isNewer(found: HeldMeta, entry: Entry<Representation> | undefined): boolean {
    if (entry === undefined) return true
    return compareAnswers(formatOf, found.versions, entry.versions) === 'after'
  }

  return {
    floorsOf,
    floors,
    wireScopesOf: (origin) => wireScopes.get(origin) ?? none,
    slotOf: (key) => slots.get(key),
    unsaved,

    inKnownEpochs: (versions) =>
      versions.map((version) => withKnownEpoch(version, floorsOf(version.scope))),

    recordShown(key, versions) {
      for (const version of versions) {
        if (!isOfEpoch(version)) continue // What an unjudged level shows of another epoch heals nothing.
        setFloors(version.scope, recordRead(formatOf, floorsOf(version.scope), version))
      }
      if (key === undefined) return
      const slot = slots.get(key)
      if (slot === undefined) {
        const next = { entry: undefined, onDisk: undefined, isDurable: true, bytes: 0 }
        setSlot(key, { ...next, floor: versions })
        markUnsaved(key)
        return
      }
      const order = compareAnswers(formatOf, versions, slot.floor)
      if (order !== 'after' && order !== 'concurrent') return
      slot.floor = joinAnswers(formatOf, slot.floor, versions)
      markUnsaved(key)
    },

    recordCaused(versions) {
      for (const version of versions) {
        if (!isOfEpoch(version)) continue
        setFloors(version.scope, recordWrite(formatOf, floorsOf(version.scope), version))
      }
    },

    admitEntry(key, entry, { source, isDurable }) {
      const slot = slots.get(key)
      const state = slot && { floor: slot.floor, entry: slot.entry }
      const admission = admit(formatOf, state, entry)
      if (admission.outcome === 'rejected') {
        const { reason } = admission
        events.emit({ type: 'entry:rejected', key, source, reason, versions: entry.versions })
        if (slot !== undefined && admission.state.floor !== slot.floor) {
          slot.floor = admission.state.floor
          markUnsaved(key)
        }
        return false
      }
      setSlot(key, {
        ...admission.state,
        onDisk: undefined,
        isDurable,
        bytes: entry.kind === 'value' ? sizeOf(entry.value) : 0,
      })
      if (source !== 'disk') markUnsaved(key)
      evict()
      return true
    },

    resetEpoch,

    adoptNews(news) {
      for (const [scope, found] of news.floors) adoptFloors(scope, found)
      for (const [key, meta] of news.keys) adoptKey(key, meta)
    },

    adopt(loaded) {
      for (const [scope, found] of loaded.floors) {
        const version = found.read ?? found.write
        if (version === undefined) continue
        // What memory knows came later than the disk's: from the mirror, or from an answer.
        if (isOfEpoch(version)) adoptFloors(scope, found)
        else unsaved.resets.add(scope)
      }
      for (const [key, meta] of loaded.keys) adoptKey(key, meta)
    },

    touch(key) {
      const slot = slots.get(key)
      if (slot === undefined) return
      slots.delete(key)
      slots.set(key, slot)
      if (slot.isDurable) unsaved.used.set(key, now())
    },

    forgetDisk(key) {
      const slot = slots.get(key)
      if (slot !== undefined) slot.onDisk = undefined
    },
  }
}

const none: ReadonlySet<string> = new Set()

function addTo(sets: Map<string, Set<string>>, name: string, member: string): void {
  const set = sets.get(name)
  if (set === undefined) sets.set(name, new Set([member]))
  else set.add(member)
}

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
