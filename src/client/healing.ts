// Healing: how a session leaves a history that has ended, and no other way (I13).
//
// H1. The word of the primary decides. A replica, which may be the one that is wrong, is never believed
//     alone; where nobody can be asked for the primary, several answers in a row have to agree, of one
//     read or of several: a budget too short for the primary must brick nobody. An answer with an `Age`
//     comes from a cache, whoever it names.
// H2. A source that restarted without a new epoch is known by this: its primary stays below the floor,
//     read after read (lessons V10). A cache may repeat what the primary once said, so only the last
//     word of a ladder that bypassed caches counts, and once for each read.
// H3. Where such a primary itself says *never*, its second word is enough, which no cache can have kept.

import { primed } from '../core/epoch.ts'
import type { Judgement } from '../core/judge.ts'
import { epochOf } from '../core/session.ts'
import { covers } from '../core/version.ts'
import type { FormatOf, Version } from '../core/version.ts'
import type { Answer } from '../transport/versioned-fetch.ts'
import type { Course } from './course.ts'
import type { Held } from './held.ts'
import type { Persistence } from './persistence.ts'

/** Decides when a scope's history has ended. */
export interface Healing {
  /** Notes an answer of another history. Tells whether the session has entered it. */
  readonly enter: (course: Course, answer: Answer, judgement: Judgement) => boolean
  /** Notes an answer below the floor, which may be a primary's that has lost writes. */
  readonly noteBehind: (course: Course, answer: Answer, judgement: Judgement) => void
  /** Notes that a scope's floor was met. */
  readonly noteFresh: (scope: string) => void
}

// Neither a single answer nor a single read may throw away what a session knows.
const agreeingMin = 3

/** Makes the healing of a client. */
export function createHealing(held: Held, persistence: Persistence, formatOf: FormatOf): Healing {
  /** In how many reads in a row the primary of a scope was below the floor. */
  const readsBehind = new Map<string, number>()

  /** How many answers in a row, of one read or of several, named one other history. */
  const agreeing = new Map<string, { readonly epoch: string; readonly count: number }>()

  function isHere({ scope, epoch }: Version): boolean {
    return epochOf(held.session.of(scope)) === epoch
  }

  /** Counts an answer of another history, and tells whether enough of them agree. */
  function doAgree({ scope, epoch }: Version): boolean {
    const known = agreeing.get(scope)
    const count = known?.epoch === epoch ? known.count + 1 : 1
    agreeing.set(scope, { epoch, count })
    // The way back to a history that this page has seen end is the primary's alone to show.
    return count >= agreeingMin && !held.session.hasLeft(scope, epoch)
  }

  function begin(version: Version): void {
    readsBehind.delete(version.scope)
    agreeing.delete(version.scope)
    held.session.goBack(version)
    persistence.mirrorFloors([version.scope])
  }

  return {
    enter(course, answer, { want, got }) {
      course.nevers += 1
      if (want !== undefined) course.ended.add(want.scope)
      if (got === undefined) return false
      const isRestarted = isHere(got) // H3
      if (isRestarted && (course.nevers < 2 || want === undefined || covers(formatOf, got, want))) return false
      // What the primary says in answer to the first request, it may have said before its history ended.
      if (held.session.hasLeft(got.scope, got.epoch) && course.nevers < 2) return false
      if (!isPrimarys(course, answer) && (isRestarted || !doAgree(got))) return false // H1
      course.ended.delete(got.scope)
      begin(isRestarted ? { ...got, epoch: primed(got.epoch) } : got)
      // What was counted of the old history's primary says nothing of the new one's.
      course.primaryAnswers = 0
      return true
    },

    noteBehind(course, answer, { want, got }) {
      // The ladder ends with the second answer of the primary, so this counts once for each read.
      const isLastWord = course.asksPrimary && course.primaryAnswers > 1 && isPrimarys(course, answer)
      if (!isLastWord || want === undefined || got === undefined) return // H2
      const count = (readsBehind.get(want.scope) ?? 0) + 1
      readsBehind.set(want.scope, count)
      if (count >= agreeingMin) begin({ ...got, epoch: primed(want.epoch) })
    },

    noteFresh(scope) {
      readsBehind.delete(scope)
      agreeing.delete(scope)
    },
  }
}

/** Tells whether an answer is the primary's own word, as far as can be known. */
function isPrimarys({ asksPrimary, nevers }: Course, { servedBy, response }: Answer): boolean {
  if (response.headers.has('age')) return false // From a cache: what it once said.
  return servedBy === undefined ? asksPrimary && nevers > 1 : servedBy.isPrimary
}
