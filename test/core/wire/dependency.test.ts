import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  dependenciesMax,
  parseDependencies,
  printDependencies,
  unmetDependencies,
} from '../../../src/core/wire/dependency.ts'
import type { Dependency } from '../../../src/core/wire/dependency.ts'
import { isTidemarkError } from '../../../src/core/errors.ts'
import { epochSeq } from '../../../src/core/formats/epoch-seq.ts'
import { receivedLengthMax } from '../../../src/core/wire/protocol.ts'

const formatOf = (): typeof epochSeq => epochSeq
const at = (scope: string, position: string, epoch = 'e'): Dependency['version'] => ({ scope, epoch, position })

const dependencies = fc.array(
  fc.record({
    resource: fc.option(fc.constantFrom('/questions/7', 'https://api.test/tweets/1'), { nil: undefined }),
    version: fc.record({
      scope: fc.constantFrom('main', 'shard 2', 'unnamed'),
      epoch: fc.constantFrom('', '7f3a', 'with "quotes"'),
      position: fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String),
    }),
  }),
  { maxLength: dependenciesMax },
)

describe('Data-Depends', () => {
  test('is readable', () => {
    const text = '"/questions/7";s=shard-2;e="7f3a";v="41", shard-3;v="8"'
    const parsed = [
      { resource: '/questions/7', version: at('shard-2', '41', '7f3a') },
      { resource: undefined, version: at('shard-3', '8', '') },
    ]
    expect(parseDependencies(text)).toEqual(parsed)
    expect(printDependencies(parsed)).toBe(text)
  })

  test('law: parsing what was printed gives the same dependencies', () => {
    fc.assert(
      fc.property(dependencies, (all) => {
        expect(parseDependencies(printDependencies(all))).toEqual(all)
      }),
    )
  })

  test.each([
    ['a resource without its scope', '"/questions/7";v="1"'],
    ['no position', 'main'],
    ['an empty position', 'main;v=""'],
    ['a position that is not quoted', 'main;v=1'],
    ['an epoch that is not quoted', 'main;e=a;v="1"'],
    ['a scope that is no name', '5;v="1"'],
    ['a scope of a resource that is no name', '"/q";s=5;v="1"'],
    ['an empty name', '"";v="1"'],
    ['too many', Array.from({ length: dependenciesMax + 1 }, (_, n) => `s${n};v="1"`).join(', ')],
    ['too long', `main;v="${'1'.repeat(receivedLengthMax)}"`],
  ])('I14: %s is refused', (_, text) => {
    expect(() => parseDependencies(text)).toThrow(expect.objectContaining({ code: 'protocol' }))
  })

  test('law: I14 any text is read or refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseDependencies(text)
        } catch (error) {
          expect(isTidemarkError(error, 'protocol')).toBe(true)
        }
      }),
    )
  })
})

test('D1: unmet is what the session has not seen at the version or after it', () => {
  const all: Dependency[] = ['1', '2', '3'].map((position) => ({ resource: undefined, version: at('main', position) }))
  const unmet = (seen: Dependency['version'] | undefined): string[] =>
    unmetDependencies(formatOf, all, () => seen).map(({ version }) => version.position)
  expect(unmet(undefined)).toEqual(['1', '2', '3'])
  expect(unmet(at('main', '2'))).toEqual(['3'])
  expect(unmet(at('main', '9'))).toEqual([])
  expect(unmet(at('main', '9', 'other'))).toEqual(['1', '2', '3'])
})
