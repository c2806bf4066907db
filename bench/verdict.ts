// What a result is held to.

import type { Target } from './group.ts'
import type { GroupResult, Measured } from './measure.ts'

/** A target, and what was measured of it. */
export interface Verdict {
  readonly target: Target
  readonly value: number
  readonly holds: 'reach' | 'must' | 'neither'
}

/** Holds a result to its targets. */
export function verdictsOf({ variants, targets }: GroupResult): readonly Verdict[] {
  const named = (name: string): Measured => {
    const found = variants.find((variant) => variant.name === name)
    if (found === undefined) throw new Error(`There is no variant "${name}".`)
    return found
  }
  return targets.map((target) => {
    const of = target.of === undefined ? variants[0] : named(target.of)
    const value = valueOf(target.by, named(target.variant), of)
    const holds = value <= target.reach ? 'reach' : value <= target.must ? 'must' : 'neither'
    return { target, value, holds }
  })
}

function valueOf(by: Target['by'], subject: Measured, of: Measured | undefined): number {
  switch (by) {
    case 'ratio':
      return subject.each / (of?.each ?? Number.NaN)
    case 'thread-ratio':
      return (subject.threadMicroseconds ?? Number.NaN) / (of?.threadMicroseconds ?? Number.NaN)
    case 'added-us':
      return subject.each - (of?.each ?? Number.NaN)
    case 'each-us':
      return subject.each
    case 'task-ms':
      return subject.longestTaskMs ?? Number.NaN
  }
}
