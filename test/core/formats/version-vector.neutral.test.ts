// Version vectors.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { versionVector } from '../../../src/core/formats/version-vector.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

const nodes = fc.constantFrom('a', 'b', '10', '9', '__proto__', 'constructor', 'a:b {c}, d')
const counts = fc.oneof(
  fc.bigInt({ min: 1n, max: 3n }),
  fc.bigInt({ min: 2n ** 53n - 2n, max: 2n ** 53n + 2n }),
  fc.constant(2n ** 64n - 1n),
)
const vectors = fc
  .uniqueArray(fc.tuple(nodes, counts), { minLength: 1, maxLength: 4, selector: ([node]) => node })
  .map((members) => new Map(members))
const blank = fc.constantFrom('', ' ', '   ')

/** Spells a vector in one of the ways that JSON allows. */
const texts = fc.tuple(vectors, blank, fc.boolean()).map(([vector, space, isQuoted]) => {
  const members = [...vector].map(([node, count]) => {
    const isText = isQuoted || count > 2n ** 53n - 1n
    return `${space}"${node}"${space}:${space}${isText ? `"${count}"` : count}${space}`
  })
  return `{${members.join(',')}}`
})

describeFormat('version-vector', {
  format: versionVector,
  texts,
  positions: texts,
  isPartial: true,
  ascending: [
    '{"a":1}',
    '{"a":9}',
    '{"a":10}',
    '{"a":10,"b":1}',
    '{"a":11,"b":5}',
    '{"a":9007199254740991,"b":5}',
    '{"a":"9007199254740992","b":5}',
    '{"a":"18446744073709551615","b":5}',
  ],
  spellings: [
    ['{"b":5,"a":3}', '{"a":3,"b":5}'],
    ['{"a": 3, "b": 5}', '{"a":3,"b":5}'],
    ['{ "a" : "3" , "b":5 }', '{"a":3,"b":5}'],
    ['{"a":3,"c":0,"b":5}', '{"a":3,"b":5}'],
    ['{"2":1,"10":1}', '{"10":1,"2":1}'],
  ],
  invalid: [
    '{}',
    '{ }',
    '{',
    '}',
    '[]',
    '""',
    '{"a":0}',
    '{"a":"0"}',
    '{"a":3,}',
    '{,"a":3}',
    '{"a":3 "b":5}',
    '{"a":\t3}',
    '{"a":3,\n"b":5}',
    '{"a":\u00A03}',
    '{"a":3,,"b":5}',
    '{"a":3}{"b":5}',
    '{"a":3}}',
    '"a":3}',
    '["a":3}',
    '{"a":3,',
    '{"a":3',
    '{a:3}',
    "{'a':3}",
    '{"":3}',
    '{"a":-3}',
    '{"a":+3}',
    '{"a":03}',
    '{"a":3.0}',
    '{"a":3e0}',
    '{"a":"3}',
    '{"a":3"}',
    '{"a":" 3"}',
    '{"a":null}',
    '{"a":true}',
    '{"a":{"b":3}}',
    '{"a":[3]}',
    '{"a":٣}',
    '{"é":3}',
    '{"\\u0061":3}',
    '{"a\\"":3}',
    '{"a":18446744073709551616}',
    '{"a":"18446744073709551616"}',
    '{"a":"99999999999999999999"}',
    `{"${'a'.repeat(129)}":3}`,
    `{"a":3,"a":3}`,
  ],
})

const compareTo = (left: string, right: string): string => {
  const { comparePositions, parsePosition } = versionVector
  return comparePositions(parsePosition(left), parsePosition(right))
}

test('law: vectors compare and join count by count', () => {
  fc.assert(
    fc.property(vectors, vectors, (left, right) => {
      const print = (vector: ReadonlyMap<string, bigint>): string =>
        versionVector.parsePosition(
          `{${[...vector].map(([node, count]) => `"${node}":"${count}"`).join(',')}}`,
        )
      const names = [...new Set([...left.keys(), ...right.keys()])]
      const pairs = names.map((name) => [left.get(name) ?? 0n, right.get(name) ?? 0n] as const)
      const isBehind = pairs.some(([ours, theirs]) => ours < theirs)
      const isAhead = pairs.some(([ours, theirs]) => ours > theirs)
      const expected = isBehind ? (isAhead ? 'concurrent' : 'before') : isAhead ? 'after' : 'equal'
      expect(versionVector.comparePositions(print(left), print(right))).toBe(expected)
      const highest = pairs.map(([ours, theirs]) => (ours < theirs ? theirs : ours))
      const joined = new Map(names.map((name, at) => [name, highest[at]!]))
      expect(versionVector.joinPositions(print(left), print(right))).toBe(print(joined))
    }),
  )
})

test('N1: a node that is not named counts 0', () => {
  expect(compareTo('{"a":3}', '{"a":3,"b":1}')).toBe('before')
  expect(compareTo('{"a":3}', '{"a":3,"b":0}')).toBe('equal')
  expect(compareTo('{"a":3}', '{"b":3}')).toBe('concurrent')
})

test('V6: the join of concurrent vectors is one that neither is', () => {
  expect(versionVector.joinPositions('{"a":3,"b":1}', '{"a":2,"b":5}')).toBe('{"a":3,"b":5}')
})

test('N2: a count that JSON would round is taken as a string only', () => {
  expect(() => versionVector.parse('{"a":9007199254740993}')).toThrow(
    'Expected counts without leading zeros, above 2^53 - 1 as strings, and up to 64 bits.',
  )
  expect(versionVector.parsePosition('{"a":"9007199254740993"}')).toBe('{"a":"9007199254740993"}')
})

test('N3: a node that stands twice is refused, where JSON would forget one of its counts', () => {
  expect(() => versionVector.parse('{"a":5,"a":3}')).toThrow('Expected the node "a" once.')
  expect(() => versionVector.parse('{"a":0,"a":3}')).toThrow('Expected the node "a" once.')
})

test('N3: names of Object.prototype are nodes like any other', () => {
  const text = '{"__proto__":2,"constructor":1}'
  expect(versionVector.parsePosition(text)).toBe(text)
  expect(compareTo('{"__proto__":2}', '{"a":1}')).toBe('concurrent')
  expect(compareTo('{"toString":2}', '{"toString":3}')).toBe('before')
  expect(Object.keys(Object.prototype)).toEqual([])
})

test('N4: a vector that counts nothing is no version', () => {
  expect(() => versionVector.parse('{"a":0}')).toThrow('Expected at least one count above 0.')
})

test('O2: a vector is bounded, and so is a join of two', () => {
  const many = (from: number): string =>
    `{${Array.from({ length: 500 }, (_, at) => `"node-${from + at}":1`).join(',')}}`
  const [left, right] = [many(1000), many(2000)].map(versionVector.parsePosition) as [string, string]
  expect(() => versionVector.joinPositions(left, right)).toThrow('Expected at most 8192 characters.')
  expect(() => versionVector.parse(left.replace('{', `{${' '.repeat(8192)}`))).toThrow('at most 8192')
})
