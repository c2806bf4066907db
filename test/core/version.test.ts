// Versions: compared, joined, read.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProtocolError } from '../../src/core/errors.ts'
import {
  compareAnswers,
  compareVersions,
  covers,
  describeVersion,
  describeVersions,
  epochLengthMax,
  joinVersions,
  parseVersion,
  versionIn,
} from '../../src/core/version.ts'
import type { Order, Versions } from '../../src/core/version.ts'
import { anyVersions, at, formatOf, mainVersions, vec, vecVersions } from './sample-versions.ts'

const swapped: Record<Order, Order> = {
  before: 'after',
  after: 'before',
  equal: 'equal',
  concurrent: 'concurrent',
  foreign: 'foreign',
}

function isCover(order: Order): boolean {
  return order === 'after' || order === 'equal'
}

describe('V1: compareVersions', () => {
  test('law: is antisymmetric', () => {
    fc.assert(
      fc.property(anyVersions, anyVersions, (a, b) => {
        expect(compareVersions(formatOf, b, a)).toBe(swapped[compareVersions(formatOf, a, b)])
      }),
      { numRuns: 1000 },
    )
  })

  test('law: is transitive on before, equal and after', () => {
    fc.assert(
      fc.property(anyVersions, anyVersions, anyVersions, (a, b, c) => {
        if (covers(formatOf, a, b) && covers(formatOf, b, c)) {
          expect(covers(formatOf, a, c)).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('law: is equal just for the same scope, epoch and position', () => {
    fc.assert(
      fc.property(anyVersions, anyVersions, (a, b) => {
        const areSame = JSON.stringify({ ...a }) === JSON.stringify({ ...b })
        expect(compareVersions(formatOf, a, b) === 'equal').toBe(areSame)
        expect(compareVersions(formatOf, a, { ...a })).toBe('equal')
        expect(compareVersions(formatOf, a, a)).toBe('equal')
      }),
    )
  })

  test('uses the format of the scope', () => {
    const early = { scope: 'log', epoch: '1', position: '0/9FFFFFF' }
    const late = { ...early, position: '0/10000000' }
    expect(compareVersions(formatOf, early, late)).toBe('before')
    expect(compareVersions(formatOf, at(10), at(9))).toBe('after')
    expect(compareVersions(formatOf, vec('a1'), vec('b1'))).toBe('concurrent')
  })
})

describe('V2: versions of two scopes or of two epochs are foreign, whatever their positions', () => {
  test('law: scopes', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (a, b) => {
        expect(compareVersions(formatOf, at(a, 'main'), at(b, 'other'))).toBe('foreign')
      }),
    )
  })

  test('law: epochs, ordered ones too', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (a, b) => {
        expect(compareVersions(formatOf, at(a, 'main', 'e1'), at(b, 'main', 'e2'))).toBe('foreign')
        const [x, y] = [at(a).position, at(b).position].map((low) => `0/${low}`)
        const older = { scope: 'log', epoch: '1', position: x! }
        const newer = { scope: 'log', epoch: '2', position: y! }
        expect(compareVersions(formatOf, older, newer)).toBe('foreign')
      }),
    )
  })

  test('V3: the epoch of no name is no wildcard', () => {
    expect(compareVersions(formatOf, at(1, 'main', ''), at(1, 'main', 'e1'))).toBe('foreign')
  })
})

describe('V3: joinVersions', () => {
  const oneScope = fc.constantFrom(mainVersions, vecVersions)

  test('law: is commutative, associative and idempotent within an epoch, and covers both', () => {
    const triples = oneScope.chain((versions) => fc.tuple(versions, versions, versions))
    fc.assert(
      fc.property(triples, ([a, b, c]) => {
        const ab = joinVersions(formatOf, a, b)!
        expect(ab).toEqual(joinVersions(formatOf, b, a))
        expect(joinVersions(formatOf, ab, c)).toEqual(
          joinVersions(formatOf, a, joinVersions(formatOf, b, c)!),
        )
        expect(joinVersions(formatOf, a, a)).toBe(a)
        expect(covers(formatOf, ab, a) && covers(formatOf, ab, b)).toBe(true)
        if (covers(formatOf, c, a) && covers(formatOf, c, b)) {
          expect(covers(formatOf, c, ab)).toBe(true)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('law: there is none of two scopes or two epochs', () => {
    fc.assert(
      fc.property(anyVersions, anyVersions, (a, b) => {
        const isForeign = compareVersions(formatOf, a, b) === 'foreign'
        expect(joinVersions(formatOf, a, b) === undefined).toBe(isForeign)
      }),
    )
  })

  test('a version that covers the other is returned itself, so that nothing seems to change', () => {
    const [low, high] = [at(1), at(2)]
    expect(joinVersions(formatOf, low, high)).toBe(high)
    expect(joinVersions(formatOf, high, low)).toBe(high)
    expect(joinVersions(formatOf, high, { ...high })).toBe(high)
  })

  test('V6: a join of concurrent versions may be one that nobody has seen', () => {
    expect(joinVersions(formatOf, vec('a2.b1'), vec('a1.b2'))).toEqual(vec('a2.b2'))
  })
})

describe('compareAnswers is the order of the product', () => {
  const threeScopes: fc.Arbitrary<Versions> = fc
    .tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 }), vecVersions)
    .map(([main, other, vectorial]) => [at(main), at(other, 'other'), vectorial])
  const someScopes = fc.uniqueArray(anyVersions, { selector: ({ scope }) => scope, maxLength: 4 })

  test('law: each pair of answers has the order that its scopes have together', () => {
    fc.assert(
      fc.property(someScopes, someScopes, (left, right) => {
        const orders = new Set<Order>()
        for (const version of left) {
          const other = right.find(({ scope }) => scope === version.scope)
          if (other !== undefined) orders.add(compareVersions(formatOf, version, other))
        }
        const has = (order: Order): boolean => orders.has(order)
        let expected: Order = 'equal'
        if (orders.size === 0 || has('foreign')) expected = 'foreign'
        else if (has('concurrent') || (has('before') && has('after'))) expected = 'concurrent'
        else if (has('before')) expected = 'before'
        else if (has('after')) expected = 'after'
        expect(compareAnswers(formatOf, left, right)).toBe(expected)
      }),
      { numRuns: 3000 },
    )
  })

  test('law: it is antisymmetric, and the order of the members says nothing', () => {
    fc.assert(
      fc.property(someScopes, someScopes, (left, right) => {
        const order = compareAnswers(formatOf, left, right)
        expect(compareAnswers(formatOf, right, left)).toBe(swapped[order])
        expect(compareAnswers(formatOf, left.toReversed(), right.toReversed())).toBe(order)
      }),
    )
  })

  test('law: it is transitive where all speak of the same scopes', () => {
    fc.assert(
      fc.property(threeScopes, threeScopes, threeScopes, (a, b, c) => {
        const [ab, bc] = [compareAnswers(formatOf, a, b), compareAnswers(formatOf, b, c)]
        if (isCover(ab) && isCover(bc)) expect(isCover(compareAnswers(formatOf, a, c))).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('V3: an answer without versions says nothing about any other', () => {
    expect(compareAnswers(formatOf, [], [at(1)])).toBe('foreign')
    expect(compareAnswers(formatOf, [at(1)], [])).toBe('foreign')
    expect(compareAnswers(formatOf, [], [])).toBe('foreign')
  })
})

describe('parseVersion', () => {
  test('gives the canonical position', () => {
    expect(parseVersion(formatOf, { scope: 'log', epoch: '2', position: '16/0b374d8' })).toEqual({
      scope: 'log',
      epoch: '2',
      position: '16/B374D8',
    })
  })

  test('V4: refuses a position that is none of the format of its scope', () => {
    expect(() => parseVersion(formatOf, at(Number.NaN))).toThrow(ProtocolError)
    expect(() => parseVersion(formatOf, { ...at(1), position: '16/B3' })).toThrow(ProtocolError)
    expect(() => parseVersion(formatOf, { ...at(1), position: '' })).toThrow(ProtocolError)
  })

  test('I14: bounds the epoch, and refuses one that could not travel in a header', () => {
    const longest = 'e'.repeat(epochLengthMax)
    expect(parseVersion(formatOf, at(1, 'main', longest)).epoch).toBe(longest)
    expect(parseVersion(formatOf, at(1, 'main', '')).epoch).toBe('')
    for (const epoch of [`${longest}e`, 'é', 'a\nb', '\0']) {
      expect(() => parseVersion(formatOf, at(1, 'main', epoch))).toThrow(
        'Expected at most 128 printable ASCII characters.',
      )
    }
  })

  test('E4: takes back the primes that we have added ourselves, at the end alone', () => {
    expect(parseVersion(formatOf, at(1, 'main', 'e1\u2032\u2032')).epoch).toBe('e1\u2032\u2032')
    expect(() => parseVersion(formatOf, at(1, 'main', 'e\u20321'))).toThrow(ProtocolError)
  })

  test('drops what is no part of a version', () => {
    const parts = { ...at(1), extra: 'x' }
    expect(parseVersion(formatOf, parts)).toEqual(at(1))
  })
})

test('versions are described for people', () => {
  expect(describeVersion(at(42, 'photos', '7f3a'))).toBe('photos 7f3a:42')
  expect(describeVersions([at(42, 'photos', '7f3a'), at(9, 'users', '')])).toBe(
    'photos 7f3a:42, users 9',
  )
})

test('versionIn finds the version of a scope', () => {
  const versions = [at(1), at(2, 'other')]
  expect(versionIn(versions, 'other')).toBe(versions[1])
  expect(versionIn(versions, 'none')).toBeUndefined()
})
