// Sets of opaque tokens.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { opaqueSet } from '../../../src/core/formats/opaque-set.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

const example = 'FB:kcwQ/wTfJf8rS1WY+GiIKXsCXgmQ'
const tokens = fc.constantFrom('a', 'b', '9', '10', example, '"\\,][', '__proto__')
const texts = fc
  .array(tokens, { minLength: 1, maxLength: 4 })
  .chain((list) => fc.constantFrom(JSON.stringify(list), JSON.stringify(list, null, 1)))

describeFormat('opaque-set', {
  format: opaqueSet,
  texts,
  positions: texts,
  isPartial: true,
  ascending: ['["b"]', '["a","b"]', `["${example}","a","b"]`],
  spellings: [
    ['["b","a"]', '["a","b"]'],
    ['["a", "a"]', '["a"]'],
    ['["\\u0061"]', '["a"]'],
    ['["9","10"]', '["10","9"]'],
  ],
  invalid: [
    '[]',
    '[',
    ']',
    '[]]',
    '[""]',
    '["a",""]',
    '["a",]',
    '["a" "b"]',
    '["a"',
    'a',
    '"a"',
    example,
    '{"a":1}',
    '[1]',
    '[null]',
    '[["a"]]',
    '["a",{}]',
    '["a b"]',
    '["a\\n"]',
    '["é"]',
    "['a']",
    '["a"],["b"]',
  ],
})

test('Q1: no token is before another, whatever its text or length', () => {
  for (const other of ['["b"]', '["aa"]', '["10"]', '["A"]']) {
    expect(opaqueSet.comparePositions('["a"]', other)).toBe('concurrent')
    expect(opaqueSet.comparePositions(other, '["a"]')).toBe('concurrent')
  }
  expect(opaqueSet.comparePositions('["a","b"]', '["b","c"]')).toBe('concurrent')
})

test('Q2: the join is the union, and only whoever has all of its tokens covers it', () => {
  expect(opaqueSet.joinPositions('["a","b"]', '["b","c"]')).toBe('["a","b","c"]')
  expect(opaqueSet.comparePositions('["c"]', '["a","b"]')).toBe('concurrent')
  expect(opaqueSet.comparePositions('["a","b","c"]', '["a","b"]')).toBe('after')
})

test('Q3: a union is bounded', () => {
  const long = (letter: string): string => JSON.stringify([letter.repeat(5000)])
  expect(() => opaqueSet.joinPositions(long('a'), long('b'))).toThrow('Expected at most 8192')
  expect(() => opaqueSet.parse(long('a').replace('a', 'a'.repeat(4000)))).toThrow('at most 8192')
})
