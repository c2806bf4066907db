// As-of: how new the result of a query is.
//
// One answer has one version for each scope. A function may read several, at different versions, and
// its result is none of them: it holds all that the lowest shows, and nothing that the highest does not.
// So a result has two ends, and two results are ordered only where the one ends before the other begins:
// an interval order. For the result of one answer the two ends are equal, and it is the order of versions.
//
// A1. `compareAsOf` says `after` or `equal` only where the left holds all that the right does.
// A2. A result made of answers that no order relates has no lower end, and is ordered with nothing.

import { joinAnswers } from '../../core/gate.ts'
import { compareAnswers, compareVersions, versionIn } from '../../core/version.ts'
import type { FormatOf, Order, Versions } from '../../core/version.ts'

/** The versions of a result: those that it holds wholly, and those beyond which it holds nothing. */
export interface AsOf {
  readonly low: Versions
  readonly high: Versions
}

/** Returns the as-of of a result that is of one version. */
export function asOfVersions(versions: Versions): AsOf {
  return { low: versions, high: versions }
}

/** Returns the as-of of a result that was made of several others, or `undefined` for none. */
export function spanOf(formatOf: FormatOf, parts: readonly AsOf[]): AsOf | undefined {
  const [first, ...others] = parts
  if (first === undefined) return undefined
  return others.reduce(
    (span, next) => ({
      low: meet(formatOf, span.low, next.low),
      high: joinAnswers(formatOf, span.high, next.high),
    }),
    first,
  )
}

/** Compares two results: the answer is for `left`. */
export function compareAsOf(formatOf: FormatOf, left: AsOf, right: AsOf): Order {
  const rise = compareAnswers(formatOf, left.low, right.high)
  if (rise === 'after') return 'after'
  const fall = compareAnswers(formatOf, left.high, right.low)
  if (rise === 'equal' && fall === 'equal') return 'equal'
  if (fall === 'before') return 'before'
  if (rise === 'equal') return 'after'
  if (fall === 'equal') return 'before'
  return rise === 'foreign' ? 'foreign' : 'concurrent'
}

/** Returns the versions that both hold, or none where nobody can tell (A2). */
function meet(formatOf: FormatOf, left: Versions, right: Versions): Versions {
  const least = left.filter(({ scope }) => versionIn(right, scope) === undefined)
  for (const version of right) {
    const other = versionIn(left, version.scope)
    const order = other === undefined ? 'before' : compareVersions(formatOf, version, other)
    if (order === 'concurrent' || order === 'foreign') return []
    least.push(order === 'after' && other !== undefined ? other : version)
  }
  return least
}
