// Scopes of several formats, and versions in them, for the laws of core.
import * as fc from 'fast-check'
import { integer } from '../../src/core/formats/integer.ts'
import { postgresLsn } from '../../src/core/formats/postgres-lsn.ts'
import type { FormatOf, Version, Versions } from '../../src/core/version.ts'
import { vector, vectorPositions } from './vector-format.ts'

/** Scopes that begin with `log` hold log positions, with `vec` vectors, and all others integers. */
export const formatOf: FormatOf = (scope) => {
  if (scope.startsWith('log')) return postgresLsn
  return scope.startsWith('vec') ? vector : integer
}

/** Makes a version of a scope with integers: `at(5)`, `at(5, 'other')`, `at(5, 'other', 'e2')`. */
export function at(position: number, scope = 'main', epoch = 'e1'): Version {
  return { scope, epoch, position: String(position) }
}

/** Makes a version of the scope `vec`. */
export function vec(position: string, epoch = 'e1'): Version {
  return { scope: 'vec', epoch, position }
}

/** Positions of a total order, few enough that they often meet. */
export const integerPositions: fc.Arbitrary<string> = fc.nat({ max: 12 }).map(String)

/** Versions of one totally ordered scope and one epoch. */
export const mainVersions: fc.Arbitrary<Version> = integerPositions.map((position) => ({
  scope: 'main',
  epoch: 'e1',
  position,
}))

/** Versions of one partially ordered scope and one epoch. */
export const vecVersions: fc.Arbitrary<Version> = vectorPositions.map((position) => vec(position))

/** Versions of several scopes, formats and epochs. */
export const anyVersions: fc.Arbitrary<Version> = fc.oneof(
  fc.record({
    scope: fc.constantFrom('main', 'other'),
    epoch: fc.constantFrom('', 'e1', 'e2'),
    position: fc.nat({ max: 3 }).map(String),
  }),
  fc.record({
    scope: fc.constant('log'),
    epoch: fc.constantFrom('', '1', '2'),
    position: fc.constantFrom('0/9FFFFFF', '0/10000000', '1/0'),
  }),
  vecVersions,
)

/** Answers that speak of up to three scopes, one of them partially ordered. */
export const answers: fc.Arbitrary<Versions> = fc
  .tuple(
    fc.option(mainVersions, { nil: undefined }),
    fc.option(fc.nat({ max: 5 }), { nil: undefined }),
    fc.option(vecVersions, { nil: undefined }),
  )
  .map(([main, other, vectorial]) => {
    const found = [main, other === undefined ? undefined : at(other, 'other'), vectorial]
    return found.filter((version) => version !== undefined)
  })
  .filter((versions) => versions.length > 0)

/** Returns all orders of a short list. */
export function permutationsOf<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]]
  return items.flatMap((item, index) =>
    permutationsOf(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  )
}
