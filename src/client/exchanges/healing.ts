// Healing: how a session leaves a history that has ended, and no other way (I13).
//
// H1. The word of the primary decides. A replica, which may be the one that is wrong, is never believed
//     alone; where the primary cannot be asked for at all, several answers in a row have to agree, of one
//     read or of several. An answer with an `Age` comes from a cache, whoever it names.
// H2. A source that restarted without a new epoch is known by this: its primary stays below the floor,
//     read after read (lessons V10). A cache may repeat what the primary once said, so only an answer
//     that passed caches by counts, once for each read, and only against a floor that its request knew.
// H3. A scope is suspect once an answer has named another history, or when all that came for longer than
//     replicas usually lag was behind. Its reads ask the primary from the first request on: else a budget
//     too short for a second request, or a held value that stands in for every answer, would keep a page
//     in a history that has ended. A clock that was set back makes that time no longer than twice.
// H4. Where a primary itself says *never* of its own history, one word that passed caches is enough: if it
//     was said of the floor that stands. What rose since the request left, as by entering this very history,
//     was not in it, and what was in it may be of the history before.
// H5. Where the primary cannot be asked for at all, and versions name no epoch, a floor that nothing has met
//     for longer than replicas usually lag is given up, whoever answers last: a floor has to be able to heal
//     (lessons V11). A clock that was set forward, and a page that slept, count for a third of that time. It is one
//     floor that is waited on, the one that stood when the wait began: who writes again and again raises it before
//     any replica meets the last, and what meets the first shows that the history goes on.

import { primed } from '../../core/epoch.ts'
import { EpochChangedError } from '../../core/errors.ts'
import { requirementOf } from '../../core/guarantee.ts'
import type { Judgement } from '../../core/judge.ts'
import { epochOf } from '../../core/session.ts'
import type { ScopeFloors } from '../../core/session.ts'
import { covers, describeVersion } from '../../core/version.ts'
import type { Version } from '../../core/version.ts'
import type { Answer } from '../../transport/versioned-fetch.ts'
import type { GovernedRequest } from '../rules/request.ts'
import { discard } from './course.ts'
import type { Course } from './course.ts'
import { canAskPrimary, touchedScopes } from './floors.ts'
import type { ClientParts } from './parts.ts'

/** Decides when a scope's history has ended. */
export interface Healing {
  /** Tells whether a read should pass caches from the first request on, to the primary if it can (H3). */
  readonly suspects: (request: GovernedRequest) => boolean
  /** Notes an answer of another history. Tells whether the session has entered it. */
  readonly enter: (course: Course, answer: Answer, judgement: Judgement) => boolean
  /** Notes an answer below the floor, which may be a primary's that has lost writes. */
  readonly noteBehind: (course: Course, answer: Answer, judgement: Judgement) => void
  /** Notes that an answer met the floors of its scopes. */
  readonly noteFresh: (course: Course, answer: Answer) => void
}

/** Floors that nothing has met: for how long, in milliseconds, and when that was last heard. */
interface Unmet {
  /** Those that stood when the wait began: none where there was an expectation alone. */
  readonly floors: ScopeFloors
  readonly ms: number
  readonly at: number
}

// Neither a single answer nor a single read may throw away what a session knows.
const agreeingMin = 3
// Longer than replicas usually lag (lessons R23).
const behindMaxMs = 30_000

/** Makes the healing of a client. */
export function createHealing(parts: ClientParts): Healing {
  const { options, scopes, held, persistence } = parts
  /** In how many reads in a row the primary of a scope was below the floor. */
  const readsBehind = new Map<string, number>()
  /** The reads that were counted. */
  const counted = new WeakSet<Course>()
  /** How many answers in a row, of one read or of several, named one other history. */
  const agreeing = new Map<string, { readonly epoch: string; readonly count: number }>()
  /** Since when no answer met the floor of a scope; of which an answer has named another history: ever. */
  const behindSince = new Map<string, number>()
  /** The floors of each scope that are waited on (H5). */
  const unmet = new Map<string, Unmet>()

  /** Counts an answer of another history, and tells whether enough of them agree. */
  function doAgree({ scope, epoch }: Version): boolean {
    const known = agreeing.get(scope)
    const count = known?.epoch === epoch ? known.count + 1 : 1
    agreeing.set(scope, { epoch, count })
    // The way back to a history that this page has seen end is the primary's alone to show.
    return count >= agreeingMin && !held.session.hasLeft(scope, epoch)
  }

  function doesMeet(got: Version, { read, write }: ScopeFloors): boolean {
    const floors = [read, write].filter((floor) => floor !== undefined)
    return floors.length > 0 && floors.every((floor) => covers(scopes.formatOf, got, floor))
  }

  /** Notes an answer below the floor of a scope, and tells for how long nothing has met the one that is waited on. */
  function waitOn(scope: string, got: Version | undefined): number {
    const at = options.now()
    const floors = held.session.of(scope)
    const known = unmet.get(scope)
    // What was counted of a history that another tab has led out of says nothing of the next.
    const isSame = known !== undefined && epochOf(known.floors) === epochOf(floors)
    const before = isSame && !(got && doesMeet(got, known.floors)) ? known : { floors, ms: 0, at }
    const ms = before.ms + Math.min(Math.max(0, at - before.at), behindMaxMs / agreeingMin)
    unmet.set(scope, { floors: before.floors, ms, at })
    return ms
  }

  function begin(version: Version): void {
    for (const table of [readsBehind, agreeing, behindSince, unmet]) table.delete(version.scope)
    held.session.goBack(version)
    persistence.mirrorFloors([version.scope])
  }

  return {
    suspects(request) {
      if (behindSince.size === 0) return false
      const now = options.now()
      // A clock that was set back so far is past that time too: else it would be waited for as long as it was set back.
      return [...touchedScopes(parts, request)].some(
        (scope) => Math.abs(now - (behindSince.get(scope) ?? now)) >= behindMaxMs,
      )
    },

    enter(course, answer, { want, got }) {
      course.nevers += 1
      if (want !== undefined) course.ended.add(want.scope)
      if (got === undefined) return false
      const isRestarted = epochOf(held.session.of(got.scope)) === got.epoch // H4
      if (isRestarted && (want === undefined || covers(scopes.formatOf, got, want))) return false
      if (isRestarted && held.session.raisedAt(got.scope) > course.departedAt) return false
      behindSince.set(got.scope, Number.NEGATIVE_INFINITY) // H3
      if (isRestarted && !course.passesCaches) return false
      // What was asked before this page left a history, the primary may have answered before it ended.
      const isAskedSince = held.session.enteredAt(got.scope) <= course.departedAt
      if (held.session.hasLeft(got.scope, got.epoch) && !isAskedSince) return false
      const canAgree = !isRestarted && !canAskPrimary(parts, course.request, course.isHeard)
      if (!isPrimarys(course, answer) && !(canAgree && doAgree(got))) return false // H1
      course.ended.delete(got.scope)
      begin(isRestarted ? { ...got, epoch: primed(got.epoch) } : got)
      // What was counted of the old history's primary says nothing of the new one's.
      course.primaryAnswers = 0
      course.isOutrun = answer.problem !== undefined
      return true
    },

    noteBehind(course, answer, { want, got }) {
      if (want === undefined) return
      const { scope } = want
      if (!behindSince.has(scope)) behindSince.set(scope, options.now()) // H3
      // What rose while it was under way, even the primary could not know.
      if (held.session.raisedAt(scope) > course.departedAt) {
        if (answer.servedBy?.isPrimary !== true) return
        course.primaryAnswers -= 1
        course.isOutrun = answer.problem === undefined
        return
      }
      if (!canAskPrimary(parts, course.request, course.isHeard)) {
        const isLate = waitOn(scope, got) >= behindMaxMs && course.passesCaches && !isCopy(answer)
        if (isLate && got !== undefined) begin({ ...got, epoch: primed(want.epoch) }) // H5
        return
      }
      const isLastWord = course.asksPrimary && course.passesCaches && isPrimarys(course, answer)
      if (!isLastWord || got === undefined || counted.has(course)) return // H2
      counted.add(course)
      const count = (readsBehind.get(scope) ?? 0) + 1
      readsBehind.set(scope, count)
      if (count >= agreeingMin) begin({ ...got, epoch: primed(want.epoch) })
    },

    noteFresh(course, answer) {
      if (requirementOf(course.request.level).floor === 'none') return // It has met nothing.
      for (const { scope } of answer.versions ?? []) {
        unmet.delete(scope)
        readsBehind.delete(scope)
        agreeing.delete(scope)
        // A replica of the history that is in doubt cannot clear it.
        const isInDoubt = behindSince.get(scope) === Number.NEGATIVE_INFINITY
        if (!isInDoubt || isPrimarys(course, answer)) behindSince.delete(scope)
      }
    },
  }
}

/** Makes what an app is told that wants to hear of each new history. */
export function epochChanged(
  { href }: GovernedRequest,
  answer: Answer,
  { want, got }: Judgement,
): EpochChangedError {
  void discard(answer)
  return new EpochChangedError({
    url: href,
    required: want === undefined ? 'a history' : describeVersion(want),
    offered: got === undefined ? 'another' : describeVersion(got),
  })
}

/** Tells whether an answer is the primary's own word, as far as can be known. */
export function isPrimarys({ asksPrimary, passesCaches }: Course, answer: Answer): boolean {
  if (isCopy(answer)) return false // From a cache: what it once said.
  const { servedBy } = answer
  return servedBy === undefined ? asksPrimary && passesCaches : servedBy.isPrimary
}

function isCopy({ response }: Answer): boolean {
  return response.headers.has('age')
}
