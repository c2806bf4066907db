// The judge: may this answer be shown?
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judge } from '../../src/core/judge.ts'
import type { Judgement, Verdict } from '../../src/core/judge.ts'
import { compareVersions, versionIn } from '../../src/core/version.ts'
import type { Version, Versions } from '../../src/core/version.ts'
import { anyVersions, at, formatOf, permutationsOf, vec } from './sample-versions.ts'

function ask(
  answer: Versions | undefined,
  floors: Versions = [],
  expectedScopes: readonly string[] = [],
): Judgement {
  const floorIn = (scope: string): Version | undefined => versionIn(floors, scope)
  return judge({ formatOf, answer, floorIn, expectedScopes })
}

function timeline(epoch: string, position: string): Version {
  return { scope: 'log', epoch, position }
}

const someVersions = fc.uniqueArray(anyVersions, {
  selector: ({ scope }) => scope,
  maxLength: 4,
})
const scopeLists = fc.subarray(['main', 'other', 'log', 'vec'])

describe('one scope', () => {
  test.each<[string, Versions | undefined, Verdict]>([
    ['equal', [at(5)], 'fresh'],
    ['after', [at(6)], 'fresh'],
    ['before', [at(4)], 'behind'],
    ['of another epoch', [at(9, 'main', 'e2')], 'never'],
    ['of no epoch', [at(9, 'main', '')], 'never'],
    ['of another scope alone', [at(9, 'other')], 'unknown'],
    ['without versions', undefined, 'unknown'],
    ['with an empty list', [], 'unknown'],
  ])('an answer that is %s', (_, answer, verdict) => {
    expect(ask(answer, [at(5)], ['main']).verdict).toBe(verdict)
  })

  test('a verdict names its ground', () => {
    expect(ask([at(4)], [at(5)])).toEqual({ verdict: 'behind', want: at(5), got: at(4) })
    expect(ask([at(5)], [at(5)])).toEqual({ verdict: 'fresh', want: at(5), got: at(5) })
    expect(ask(undefined, [at(5)], ['main'])).toEqual({ verdict: 'unknown', want: at(5) })
  })

  test('without a floor any answer with a version is fresh', () => {
    expect(ask([at(1)])).toEqual({ verdict: 'fresh' })
    expect(ask([at(1)], [], ['main', 'other'])).toEqual({ verdict: 'fresh' })
  })
})

describe('J1: the floors are those of now', () => {
  test('the judge asks for each floor when it judges', () => {
    let floor = at(5)
    const question = {
      formatOf,
      answer: [at(5)],
      floorIn: () => floor,
      expectedScopes: ['main'],
    }
    expect(judge(question).verdict).toBe('fresh')
    floor = at(6)
    expect(judge(question).verdict).toBe('behind')
  })
})

describe('J2: a missing version is unknown', () => {
  test('an answer that leaves out a scope which has a floor is not fresh by silence', () => {
    const judgement = ask([at(5)], [at(5), at(1, 'other')], ['main', 'other'])
    expect(judgement).toEqual({ verdict: 'unknown', want: at(1, 'other') })
  })

  test('a scope that no one expects may be left out', () => {
    expect(ask([at(5)], [at(5), at(1, 'other')], ['main']).verdict).toBe('fresh')
  })

  test('a scope that is expected, and has no floor, may be left out', () => {
    expect(ask([at(5)], [at(5)], ['main', 'other']).verdict).toBe('fresh')
  })

  test('a scope that no one expected is judged all the same', () => {
    expect(ask([at(5), at(1, 'other')], [at(2, 'other')], ['main']).verdict).toBe('behind')
  })

  test('silence is unknown with no floor too: nothing was verified', () => {
    expect(ask(undefined)).toEqual({ verdict: 'unknown' })
    expect(ask([])).toEqual({ verdict: 'unknown' })
  })

  test('law: an answer without a version is neither fresh, behind nor never (I4)', () => {
    fc.assert(
      fc.property(someVersions, scopeLists, (floors, expected) => {
        expect(ask(undefined, floors, expected).verdict).toBe('unknown')
        expect(ask([], floors, expected).verdict).toBe('unknown')
      }),
    )
  })
})

describe('J3: only a version that covers the floor is fresh', () => {
  test('V6: concurrent is behind', () => {
    expect(ask([vec('a1')], [vec('b1')]).verdict).toBe('behind')
    expect(ask([vec('a1.b1')], [vec('b1')]).verdict).toBe('fresh')
  })

  test('law: a fresh answer covers the floor of each scope that it speaks of or should speak of', () => {
    fc.assert(
      fc.property(someVersions, someVersions, scopeLists, (answer, floors, expected) => {
        const { verdict } = ask(answer, floors, expected)
        const isCovered = floors
          .filter(({ scope }) => expected.includes(scope) || versionIn(answer, scope) !== undefined)
          .every((floor) => {
            const got = versionIn(answer, floor.scope)
            return got && ['equal', 'after'].includes(compareVersions(formatOf, got, floor))
          })
        expect(verdict === 'fresh').toBe(answer.length > 0 && isCovered)
      }),
      { numRuns: 2000 },
    )
  })

  test('law: an answer that was fresh is fresh for any lower floor', () => {
    fc.assert(
      fc.property(fc.nat({ max: 9 }), fc.nat({ max: 9 }), fc.nat({ max: 9 }), (got, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        if (ask([at(got)], [at(high)]).verdict === 'fresh') {
          expect(ask([at(got)], [at(low)]).verdict).toBe('fresh')
        }
      }),
    )
  })
})

describe('J4: another epoch is never fresh', () => {
  test('E1: a newer epoch proves only that the floor cannot be met', () => {
    expect(ask([timeline('3', 'FF/0')], [timeline('2', '0/1')]).verdict).toBe('never')
  })

  test('E2: an epoch known to be older is behind: a replica that has not heard of the failover', () => {
    expect(ask([timeline('1', 'FF/0')], [timeline('2', '0/1')]).verdict).toBe('behind')
  })

  test('V15: a higher position on another timeline does not meet the floor', () => {
    expect(ask([timeline('2', '0/30200D0')], [timeline('1', '0/301FCB0')]).verdict).toBe('never')
  })

  test('epochs without an order are never', () => {
    expect(ask([at(9, 'main', 'b')], [at(1, 'main', 'a')]).verdict).toBe('never')
    expect(ask([timeline('', 'FF/0')], [timeline('2', '0/1')]).verdict).toBe('never')
  })
})

describe('of several scopes the gravest verdict stands', () => {
  const answer = [at(5), at(4, 'other'), at(9, 'third', 'e2')]
  const floors = [at(5), at(5, 'other'), at(1, 'third'), at(1, 'fourth')]

  test('never before behind before unknown before fresh', () => {
    expect(ask(answer, floors, ['fourth'])).toEqual({
      verdict: 'never',
      want: at(1, 'third'),
      got: at(9, 'third', 'e2'),
    })
    expect(ask(answer.slice(0, 2), floors, ['fourth'])).toMatchObject({
      verdict: 'behind',
      want: at(5, 'other'),
    })
    expect(ask(answer.slice(0, 1), floors, ['fourth'])).toEqual({
      verdict: 'unknown',
      want: at(1, 'fourth'),
    })
    expect(ask(answer.slice(0, 1), floors, ['main']).verdict).toBe('fresh')
  })

  test('law: the order in which an answer names its scopes does not change the verdict', () => {
    fc.assert(
      fc.property(someVersions, someVersions, scopeLists, (versions, wanted, expected) => {
        const verdicts = permutationsOf(versions).map((one) => ask(one, wanted, expected).verdict)
        expect(new Set(verdicts).size).toBe(1)
      }),
      { numRuns: 300 },
    )
  })

  test('of two that weigh the same, the first that names its floor is the ground', () => {
    expect(ask([at(4), at(4, 'other')], [at(5), at(5, 'other')]).want).toEqual(at(5))
    expect(ask([at(9, 'free'), at(5)], [at(5)]).want).toEqual(at(5))
  })
})
