// The floors of a session, scope by scope, in memory: what every answer is judged by.
//
// F1. A floor is raised by a join and by nothing else (I1), but for a reset, which is an event.
// F2. Versions of an epoch that the scope is not in raise nothing: entering an epoch is decided where
//     answers are judged (`healing.ts`), where writes are acknowledged, or was decided by another tab.
//     But a write that was acknowledged in one that this page has left must not be lost to it either:
//     the floor that stands becomes the write floor, and what is of another history is asked about.
// F3. An expectation is a floor on credit: somebody said that the version will be reached. It is kept
//     apart, since it may be wrong. It ends when it is met, when its time is over, or with its epoch,
//     so that one poisoned message can brick nobody (lessons V11). A clock that was set back makes its time no
//     longer than twice. As long as it lasts, its scope is known like one with floors: reads are judged by it, so
//     they have to carry it, and have to ask the primary about a history that the answers name instead.
// F4. What a page has seen end it does not enter again because a slower tab has brought it to the disk.
//     The primary alone can lead back.
// F5. So many scopes have floors, and no more: whoever names them without end takes the memory of a page, and no
//     floor that stands may go for another (I6). What is beyond has none, and that is told.
// F6. Another page of this session was answered by a primary. Where it was in a history that is known to be after the
//     one that this page is in, as is one with a prime, which the session has made on a primary's word, the page
//     enters it: a history without a name would never be named to it in any answer.
// F7. What raises a write floor here is a write that its caller notes (`own-writes.ts`), or is heard: what a page that
//     began a history anew is left with, too. Else a later own write would hide from lists that it is not noted.

import { isPrimedOf, relateEpochs, resetFloors, withKnownEpoch } from '../../core/epoch.ts'
import { isTidemarkError, ProtocolError } from '../../core/errors.ts'
import { epochOf, joinFloors, noFloors, recordRead, recordWrite } from '../../core/session.ts'
import type { ScopeFloors } from '../../core/session.ts'
import { compareVersions, covers, joinVersions } from '../../core/version.ts'
import type { FormatOf, Version, Versions } from '../../core/version.ts'
import type { Events } from '../events/events.ts'
import { wireOriginOf } from './scopes.ts'

/** The floors of one session. */
export interface SessionFloors {
  readonly all: ReadonlyMap<string, ScopeFloors>
  /** What the session has seen and caused in a scope. */
  readonly of: (scope: string) => ScopeFloors
  /** The same, with what is expected of the scope for now: by this, reads are judged. */
  readonly requiredOf: (scope: string) => ScopeFloors
  /**
   * The join of the write floors of a scope that came from elsewhere: other tabs, the disk, an outbox, a token,
   * or from a history before. Whoever knows all writes of this page does not know those.
   */
  readonly heardIn: (scope: string) => Version | undefined
  /** All scopes that have a floor, or of which something is expected. */
  readonly known: () => Iterable<string>
  /** Those of an origin that travel on our wire. */
  readonly wireScopesOf: (origin: string) => ReadonlySet<string>
  /** Returns the versions of an answer in the epochs by which their sources are known here. */
  readonly inKnownEpochs: (versions: Versions) => Versions
  readonly recordRead: (versions: Versions) => void
  /** Takes a write of this page, which its caller notes for lists (F7). */
  readonly recordWrite: (versions: Versions) => void
  /** Takes a write of another page of this session, as it was answered there (F6, F7). */
  readonly adoptWrite: (versions: Versions) => void
  /** Takes a version to be reached within so many milliseconds. Tells whether that asks for anything new. */
  readonly expect: (version: Version, forMs: number) => boolean
  /** Tells whether a version stands in the epoch of the scope's floors, or is the first to be seen. */
  readonly isOfEpoch: (version: Version) => boolean
  /**
   * Begins a new history of a scope, as the primary has told: one that this page has not left already,
   * since an answer may have been on its way for longer.
   */
  readonly reset: (version: Version) => void
  /** Goes back to a history that this page has left, where the primary says so even when asked again. */
  readonly goBack: (version: Version) => void
  /** Tells whether an epoch of a scope has ended: this page has seen it, or it is known to be before the one it is in. */
  readonly hasLeft: (scope: string, epoch: string) => boolean
  /** Counts all that floors have been through: the moment of now, to compare with the two below. */
  readonly moment: () => number
  /** The moment at which a floor or an expectation of a scope last rose. */
  readonly raisedAt: (scope: string) => number
  /** The moment at which a scope entered the epoch that it is in. */
  readonly enteredAt: (scope: string) => number
  /** Scopes whose history began anew here, which other tabs have yet to be told. */
  readonly begun: Set<string>
  /** Takes over what was on disk when the page began: what memory knows came later. */
  readonly adoptLoaded: (found: ReadonlyMap<string, ScopeFloors>) => void
  /** Raises floors by those of the same session elsewhere. Other epochs change nothing (F2). */
  readonly join: (found: ReadonlyMap<string, ScopeFloors>) => void
  /** Takes over what another tab has brought to the disk. */
  readonly adoptNews: (found: ReadonlyMap<string, ScopeFloors>) => void
  /** Scopes of which the disk has something to learn. */
  readonly unsaved: { readonly floors: Set<string>; readonly resets: Set<string> }
}

/** What {@link createSessionFloors} needs. */
export interface SessionFloorsParts {
  readonly formatOf: FormatOf
  readonly events: Events
  readonly now: () => number
  readonly onUnsaved: () => void
  /** Called when a scope begins a new history, before it is told. */
  readonly onReset: (version: Version) => void
}

/**
 * How many scopes have floors. A scope for each row that a user meets is within it, and all of their floors are
 * some megabytes.
 */
const scopesMax = 10_000
/** How many histories of one scope are remembered as ended, the last ones. */
const leftMax = 64

interface Expectation {
  readonly version: Version
  readonly since: number
  readonly forMs: number
}

/** Makes the floors of a session. */
export function createSessionFloors(parts: SessionFloorsParts): SessionFloors {
  const { formatOf, events, now } = parts
  const all = new Map<string, ScopeFloors>()
  const wireScopes = new Map<string, Set<string>>()
  const expectations = new Map<string, Expectation>()
  const unsaved = { floors: new Set<string>(), resets: new Set<string>() }
  const begun = new Set<string>()
  const left = new Map<string, Set<string>>()
  const heard = new Map<string, Version>()
  let moment = 0
  const raisedAt = new Map<string, number>()
  const enteredAt = new Map<string, number>()

  const of = (scope: string): ScopeFloors => all.get(scope) ?? noFloors

  function know(scope: string): void {
    const origin = wireOriginOf(scope)
    if (origin !== undefined) addTo(wireScopes, origin, scope)
  }

  function put(scope: string, next: ScopeFloors): void {
    if (!all.has(scope)) know(scope)
    all.set(scope, next)
    moment += 1
    raisedAt.set(scope, moment)
  }

  /** Tells whether a scope has floors or may have some, and tells of it where it may not (F5). */
  function hasRoomFor(scope: string): boolean {
    if (all.has(scope) || all.size < scopesMax) return true
    const expected = `no more than ${scopesMax} scopes in one session`
    events.emit({ type: 'floor:overflowed', scope, cause: new ProtocolError({ what: 'scope', text: scope, expected }) })
    return false
  }

  function raise(scope: string, next: ScopeFloors): void {
    const previous = of(scope)
    if (next === previous || !hasRoomFor(scope)) return
    put(scope, next)
    unsaved.floors.add(scope)
    for (const kind of ['read', 'write'] as const) {
      const version = next[kind]
      if (version !== undefined && version !== previous[kind]) {
        events.emit({ type: 'floor:raised', kind, version })
      }
    }
    const expected = expectations.get(scope)
    const isMet = next.read !== undefined && expected && covers(formatOf, next.read, expected.version)
    if (isMet === true) expectations.delete(scope) // F3
    parts.onUnsaved()
  }

  function raiseBy(record: typeof recordRead, versions: Versions): void {
    for (const version of versions) {
      const { scope } = version
      if (!isOfEpoch(version)) continue // F2
      try {
        raise(scope, record(formatOf, of(scope), version))
      } catch (cause) {
        if (!isTidemarkError(cause, 'protocol')) throw cause
        // A join too long to be kept, as of hostile sets: the floor that stands stays, and it is told.
        events.emit({ type: 'floor:overflowed', scope, cause })
      }
    }
  }

  /** Returns the floor that a write leaves: its version, or what stands where that is of another epoch (F2). */
  function asWritten(version: Version): Version {
    const { read, write } = of(version.scope)
    return isOfEpoch(version) ? version : (read ?? write ?? version)
  }

  function isOfEpoch(version: Version): boolean {
    const epoch = epochOf(of(version.scope))
    return epoch === undefined || epoch === version.epoch
  }

  function enter(version: Version): void {
    const { scope } = version
    const from = epochOf(of(scope))
    if (from !== undefined) addTo(left, scope, from)
    const [first] = left.get(scope) ?? none
    if (first !== undefined && (left.get(scope)?.size ?? 0) > leftMax) left.get(scope)?.delete(first)
    left.get(scope)?.delete(version.epoch)
    const { write } = of(scope)
    const floors = resetFloors(version)
    // Which of its writes have lived on, the session cannot know. What covers this version shows them.
    put(scope, write === undefined ? floors : { ...floors, write: version })
    heard.delete(scope)
    if (write !== undefined) heard.set(scope, version) // F7
    enteredAt.set(scope, moment)
    expectations.delete(scope) // F3
    unsaved.floors.delete(scope)
    unsaved.resets.add(scope)
    parts.onReset(version)
    events.emit({ type: 'epoch:reset', scope, from, version })
    parts.onUnsaved()
  }

  function begin(version: Version): void {
    begun.add(version.scope)
    enter(version)
  }

  function hasLeft(scope: string, epoch: string): boolean {
    if (left.get(scope)?.has(epoch) === true) return true
    const own = epochOf(of(scope))
    return own !== undefined && formatOf(scope).compareEpochs?.(epoch, own) === 'before'
  }

  function expectationOf(scope: string): Version | undefined {
    const expected = expectations.get(scope)
    if (expected !== undefined && !isOfEpoch(expected.version)) {
      expectations.delete(scope) // F3: what was seen first was of another history.
      return undefined
    }
    // As far from its beginning as it was to last, it is over on a clock that was set back, too (F3).
    if (expected === undefined || Math.abs(now() - expected.since) < expected.forMs) return expected?.version
    expectations.delete(scope)
    const origin = wireOriginOf(scope)
    if (origin !== undefined && !all.has(scope)) wireScopes.get(origin)?.delete(scope)
    events.emit({ type: 'expectation:expired', version: expected.version })
    return undefined
  }

  function hear(scope: string, { write }: ScopeFloors): void {
    const known = of(scope).write
    // What comes back from the disk as it went there is no news.
    if (write !== undefined && !(known && compareVersions(formatOf, write, known) === 'equal')) noteHeard(write)
  }

  function noteHeard(write: Version): void {
    const before = heard.get(write.scope)
    heard.set(write.scope, (before && joinVersions(formatOf, before, write)) ?? write)
  }

  /** Tells whether a version is of a history that is known to be after the one that its scope is in (F6). */
  function isOfLater(version: Version): boolean {
    const { read, write } = of(version.scope)
    const ours = read ?? write
    if (ours === undefined || hasLeft(version.scope, version.epoch)) return false
    return relateEpochs(formatOf, version, ours) === 'newer' || isPrimedOf(version.epoch, ours.epoch)
  }

  function adopt(scope: string, found: ScopeFloors): void {
    const version = found.read ?? found.write
    if (version === undefined || !hasRoomFor(scope)) return
    if (!isOfEpoch(version)) {
      // Another tab has asked the primary and healed. Had we, our reset would have replaced the disk's.
      const ours = of(scope).read ?? of(scope).write
      const isOld = ours !== undefined && relateEpochs(formatOf, version, ours) === 'older'
      if (isOld || unsaved.resets.has(scope)) return
      if (hasLeft(scope, version.epoch)) {
        unsaved.resets.add(scope) // F4
        return
      }
      enter(version)
    }
    hear(scope, found)
    const own = of(scope)
    const joined = joinFloors(formatOf, own, found)
    if (joined !== own) put(scope, joined)
  }

  return {
    all,
    of,
    heardIn: (scope) => heard.get(scope),
    known: () => (expectations.size === 0 ? all.keys() : new Set([...all.keys(), ...expectations.keys()])),
    wireScopesOf: (origin) => wireScopes.get(origin) ?? none,
    isOfEpoch,
    reset(version) {
      if (!hasLeft(version.scope, version.epoch)) begin(version)
    },
    goBack: begin,
    hasLeft,
    moment: () => moment,
    raisedAt: (scope) => raisedAt.get(scope) ?? 0,
    enteredAt: (scope) => enteredAt.get(scope) ?? 0,
    begun,
    unsaved,

    requiredOf(scope) {
      const floors = of(scope)
      const expected = expectations.size === 0 ? undefined : expectationOf(scope)
      if (expected === undefined) return floors
      const write = floors.write && joinVersions(formatOf, floors.write, expected)
      return { ...floors, write: write ?? expected }
    },

    inKnownEpochs: (versions) =>
      versions.map((version) => withKnownEpoch(version, of(version.scope))),

    recordRead: (versions) => raiseBy(recordRead, versions),
    recordWrite: (versions) => raiseBy(recordWrite, versions.map(asWritten)),

    adoptWrite(versions) {
      for (const version of versions) if (isOfLater(version)) begin(version) // F6
      const written = versions.map(asWritten)
      raiseBy(recordWrite, written)
      for (const version of written) if (all.has(version.scope)) noteHeard(version) // F7
    },

    expect(version, forMs) {
      const { scope } = version
      if (!isOfEpoch(version)) return false // F2
      const { read } = of(scope)
      if (read !== undefined && covers(formatOf, read, version)) return false
      const known = expectationOf(scope)
      const joined = known === undefined ? version : joinVersions(formatOf, known, version)
      if (joined === undefined) return false
      // Those of scopes that nobody reads would end only when they are read.
      if (expectations.size >= scopesMax) for (const each of expectations.keys()) expectationOf(each)
      const since = now()
      const before = expectations.get(scope)
      const leftMs = before === undefined ? 0 : before.since + before.forMs - since
      know(scope) // F3
      expectations.set(scope, { version: joined, since, forMs: Math.max(forMs, leftMs) })
      moment += 1
      raisedAt.set(scope, moment)
      events.emit({ type: 'expectation:raised', version: joined })
      return true
    },

    join(found) {
      for (const [scope, floors] of found) {
        const version = floors.read ?? floors.write
        if (version === undefined || !isOfEpoch(version)) continue
        hear(scope, floors)
        raise(scope, joinFloors(formatOf, of(scope), floors))
      }
    },

    adoptLoaded(found) {
      for (const [scope, floors] of found) {
        const version = floors.read ?? floors.write
        if (version === undefined) continue
        if (isOfEpoch(version)) adopt(scope, floors)
        else unsaved.resets.add(scope)
      }
    },

    adoptNews(found) {
      for (const [scope, floors] of found) adopt(scope, floors)
    },
  }
}

const none: ReadonlySet<string> = new Set()

function addTo(sets: Map<string, Set<string>>, name: string, member: string): void {
  const set = sets.get(name)
  if (set === undefined) sets.set(name, new Set([member]))
  else set.add(member)
}
