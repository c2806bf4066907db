// The critical path: reads for which a second answer costs more than the primary's time.
//
// A preference, unlike the level `strong`: where the primary cannot be reached, a replica is asked, and
// its answer has to cover the session's floor as any other. Where only the primary's own word will do,
// use `strong`.

import { isWithin } from '../../path-relation.ts'
import type { Policy, RouteQuestion } from '../policy.ts'

/** Prefers the primary for what lies within some paths, or for the reads that a function picks. */
export function criticalPath(which: readonly string[] | ((question: RouteQuestion) => boolean)): Policy {
  const isCritical =
    typeof which === 'function'
      ? which
      : ({ url }: RouteQuestion): boolean => which.some((path) => isWithin(url.pathname, path))
  return ({ question }) => {
    if (!isCritical(question)) return undefined
    return {
      why: 'it is on the critical path',
      rank: ({ isPrimary }) => (isPrimary ? 0 : 1),
      isCritical: true,
    }
  }
}
