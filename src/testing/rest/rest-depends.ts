// What rows depend on in other partitions, as one answer names it.
//
// D1. An answer names the dependencies of its newest rows one by one, and of all older rows only the
//     scopes: a header has to end somewhere.
// D2. Of what is named twice in one epoch the later position counts: it covers the other.

import type { Dependency } from '../../core/wire/dependency.ts'
import type { Row } from './rest-store.ts'

const namedMax = 12

/** Returns what some rows depend on. */
export function dependenciesOf(rows: readonly Row[]): readonly Dependency[] {
  const newestFirst = rows.toSorted((left, right) => right.position - left.position)
  const all = merge(newestFirst.flatMap(({ depends = [] }) => depends))
  const named = all.filter(({ resource }) => resource !== undefined)
  const older = new Set(named.slice(namedMax)) // D1
  const whole = all.map((each) => (older.has(each) ? { ...each, resource: undefined } : each))
  return merge(whole)
}

/** Returns dependencies without what others of them cover (D2), in the order in which they came. */
export function merge(dependencies: readonly Dependency[]): readonly Dependency[] {
  const merged = new Map<string, Dependency>()
  for (const each of dependencies) {
    const { resource = '', version } = each
    const name = `${resource}\n${version.scope}\n${version.epoch}`
    const known = merged.get(name)
    const isCovered = known !== undefined && placeOf(known) >= placeOf(each)
    if (!isCovered) merged.set(name, each)
  }
  return [...merged.values()]
}

function placeOf({ version }: Dependency): number {
  return Number(version.position)
}
