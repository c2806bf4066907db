// The judge: may this answer be shown?
//
// J1. The floors are those of now, when the answer is judged, and not those that its request carried
//     (I3, lessons R3): a write that was acknowledged in between counts.
// J2. A missing version is unknown (I4): it neither meets nor breaks a floor. An answer that leaves
//     out a scope which it should speak of is unknown too, and not fresh by silence; so is one whose
//     list of versions is empty.
// J3. Only a version that covers the floor is fresh. Concurrent is behind: the floor names something
//     that the answer lacks.
// J4. Another epoch is never fresh (E1). It is `never`, unless it is known to be an older one (E2).

import { relateEpochs } from './epoch.ts'
import { compareVersions, versionIn } from './version.ts'
import type { FormatOf, Version, Versions } from './version.ts'

/** How an answer stands to the floors of its read. */
export type Verdict = 'fresh' | 'behind' | 'never' | 'unknown'

/** A verdict with its ground. */
export interface Judgement {
  readonly verdict: Verdict
  /** The floor that decided, where one did. */
  readonly want?: Version | undefined
  /** What the answer offered against it, where it offered anything. */
  readonly got?: Version | undefined
}

/** What the judge is asked. */
export interface Question {
  readonly formatOf: FormatOf
  /** What the answer reports, or `undefined` where it carried no version. */
  readonly answer: Versions | undefined
  /** The floor that the read has in a scope, now. */
  readonly floorIn: (scope: string) => Version | undefined
  /** The scopes that an answer to this read has to speak of. */
  readonly expectedScopes: Iterable<string>
}

const gravity: Record<Verdict, number> = { fresh: 0, unknown: 1, behind: 2, never: 3 }

/** Judges an answer. Of several scopes the gravest verdict stands. */
export function judge({ formatOf, answer, floorIn, expectedScopes }: Question): Judgement {
  const isSilent = answer === undefined || answer.length === 0
  let judgement: Judgement = { verdict: isSilent ? 'unknown' : 'fresh' } // J2
  const consider = (next: Judgement): void => {
    const isGraver = gravity[next.verdict] > gravity[judgement.verdict]
    // Of two that weigh the same, the one that names its floor says more.
    const saysMore = next.verdict === judgement.verdict && judgement.want === undefined
    if (isGraver || saysMore) judgement = next
  }
  for (const version of answer ?? []) {
    const floor = floorIn(version.scope)
    if (floor !== undefined) consider(judgeScope(formatOf, version, floor))
  }
  for (const scope of expectedScopes) {
    if (answer !== undefined && versionIn(answer, scope) !== undefined) continue
    const floor = floorIn(scope)
    if (floor !== undefined) consider({ verdict: 'unknown', want: floor }) // J2
  }
  return judgement
}

function judgeScope(formatOf: FormatOf, got: Version, want: Version): Judgement {
  switch (compareVersions(formatOf, got, want)) {
    case 'equal':
    case 'after':
      return { verdict: 'fresh', want, got }
    case 'before':
    case 'concurrent':
      return { verdict: 'behind', want, got } // J3
    case 'foreign': {
      const isFromBefore = relateEpochs(formatOf, got, want) === 'older'
      return { verdict: isFromBefore ? 'behind' : 'never', want, got } // J4
    }
  }
}
