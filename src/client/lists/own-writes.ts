// The session's own writes, as far as lists have to show them (docs/lists.md).
//
// A list may stand for one that covers an own write only if it is known what the write has changed. So
// each acknowledged write is noted, in the step in which it raises the write floor, and what it changed
// is told when its answer was read.
//
// W1. What is not noted here has to be covered by the list itself: what other tabs wrote, what was
//     written before a reload, what is expected. Forgetting a write is always safe, by this.
// W2. A write whose changes are not known yet, or never, is not covered by any overlay.
// W3. A write is forgotten when a read has covered it, some time has passed in which a list without any
//     version may still lag, or when there are too many.

import { joinAnswers } from '../../core/gate.ts'
import { covers, joinVersions, versionIn } from '../../core/version.ts'
import type { FormatOf, Version, Versions } from '../../core/version.ts'
import type { SessionFloors } from '../memory/session-floors.ts'
import type { OwnChange } from './list-rule.ts'

/** An acknowledged write. */
export interface OwnWrite {
  readonly versions: Versions
  /** When it was acknowledged, in milliseconds since 1970. */
  readonly at: number
  /** `undefined` as long as nobody has told. */
  readonly changes: readonly OwnChange[] | undefined
}

/** The own writes of a session. */
export interface OwnWrites {
  readonly note: (versions: Versions) => (changes: readonly OwnChange[] | undefined) => void
  /** All that are not forgotten, oldest first. */
  readonly all: () => readonly OwnWrite[]
  /**
   * Returns the version up to which the writes of a scope have to be covered by a list itself: the join
   * of those that are not noted, and of those of which `isKnown` says no.
   */
  readonly restIn: (scope: string, isKnown: (write: OwnWrite) => boolean) => Version | undefined
}

/** How long an own write stands against a list that tells no version, in milliseconds. */
export const standsUnrankedMs = 30_000

const writesMax = 1000

/** Makes the memory of a session's own writes. */
export function createOwnWrites(
  formatOf: FormatOf,
  session: SessionFloors,
  now: () => number,
): OwnWrites {
  let writes: OwnWrite[] = []
  let forgotten: Versions = []

  function forget(): void {
    const kept: OwnWrite[] = []
    for (const [index, write] of writes.entries()) {
      const isDone = write.versions.every(isShown) && now() - write.at > standsUnrankedMs
      const isTooMany = index <= writes.length - writesMax
      if (!isDone && !isTooMany && write.versions.every(session.isOfEpoch)) kept.push(write)
      else forgotten = joinAnswers(formatOf, forgotten, write.versions) // W1, W3
    }
    writes = kept
  }

  function isShown(version: Version): boolean {
    const { read } = session.of(version.scope)
    return read !== undefined && covers(formatOf, read, version)
  }

  /** Joins what is of the present history: what was noted in one that has ended, is over with it. */
  function join(left: Version | undefined, right: Version | undefined): Version | undefined {
    if (right === undefined || !session.isOfEpoch(right)) return left
    return left === undefined ? right : (joinVersions(formatOf, left, right) ?? right)
  }

  return {
    all: () => writes,

    note(versions) {
      forget()
      const noted: OwnWrite = { versions, at: now(), changes: undefined }
      writes.push(noted)
      return (changes) => {
        const index = writes.indexOf(noted)
        if (index >= 0) writes[index] = { ...noted, changes }
      }
    },

    restIn(scope, isKnown) {
      const { write } = session.of(scope)
      const { write: required } = session.requiredOf(scope)
      if (required !== write) return required // Something is expected: nobody knows what it will bring.
      let rest = [versionIn(forgotten, scope), session.heardIn(scope)].reduce(join, undefined)
      let all = rest
      for (const own of writes) {
        const version = versionIn(own.versions, scope)
        all = join(all, version)
        if (version !== undefined && !isKnown(own)) rest = join(rest, version) // W2
      }
      // Where the floor is above all that is noted, something has raised it that was never told here.
      const isAll = write === undefined || (all !== undefined && covers(formatOf, all, write))
      return isAll ? rest : write // W1
    },
  }
}
