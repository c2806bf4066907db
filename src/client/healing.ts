// Healing: how a session leaves a history that has ended, and no other way (I13).
//
// H1. The word of the primary decides. A replica, which may be the one that is wrong, is never believed
//     alone; where nobody can be asked for the primary, several answers in a row have to agree.
// H2. A source that restarted without a new epoch is known by this: its primary stays below the floor,
//     read after read (lessons V10). A cache may repeat what the primary once said, so only the last
//     word of a ladder that bypassed caches counts, and once for each read.

import { primed } from '../core/epoch.ts'
import type { Judgement } from '../core/judge.ts'
import type { Version } from '../core/version.ts'
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
export function createHealing(held: Held, persistence: Persistence): Healing {
  /** In how many reads in a row the primary of a scope was below the floor. */
  const readsBehind = new Map<string, number>()

  function begin(version: Version): void {
    readsBehind.delete(version.scope)
    held.session.reset(version)
    persistence.mirrorFloors([version.scope])
  }

  return {
    enter(course, { servedBy }, { want, got }) {
      course.nevers += 1
      if (want !== undefined) course.ended.add(want.scope)
      const isPrimarys = servedBy?.isPrimary === true || (course.asksPrimary && course.nevers > 1)
      if (got === undefined || !(isPrimarys || course.nevers >= agreeingMin)) return false // H1
      course.ended.delete(got.scope)
      begin(got)
      return true
    },

    noteBehind({ asksPrimary, primaryAnswers }, { servedBy }, { want, got }) {
      // The ladder ends with the second answer of the primary, so this counts once for each read.
      const isLastWord = asksPrimary && primaryAnswers > 1 && servedBy?.isPrimary === true
      if (!isLastWord || want === undefined || got === undefined) return // H2
      const count = (readsBehind.get(want.scope) ?? 0) + 1
      readsBehind.set(want.scope, count)
      if (count >= agreeingMin) begin({ ...got, epoch: primed(want.epoch) })
    },

    noteFresh: (scope) => void readsBehind.delete(scope),
  }
}
