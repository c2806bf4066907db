// Entity tags.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { etag } from '../../../src/core/formats/etag.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

const tags = fc
  .tuple(fc.constantFrom('', 'W/'), fc.constantFrom('abc', 'b', '9', '10', 'a,b', 'W/', '\\'))
  .map(([weak, opaque]) => `${weak}"${opaque}"`)
const texts = fc
  .tuple(fc.array(tags, { minLength: 1, maxLength: 3 }), fc.constantFrom(',', ', '))
  .map(([list, comma]) => list.join(comma))

describeFormat('etag', {
  format: etag,
  texts,
  positions: texts,
  isPartial: true,
  ascending: ['W/"b"', 'W/"a", W/"b"', 'W/"a", W/"b", W/"c"'],
  spellings: [
    ['"abc"', 'W/"abc"'],
    ['W/"abc"', 'W/"abc"'],
    ['"b","a"', 'W/"a", W/"b"'],
    ['"a", W/"a"', 'W/"a"'],
    ['"a,b"', 'W/"a,b"'],
  ],
  invalid: [
    '*',
    '""',
    'W/""',
    '"',
    'abc',
    '"abc',
    'abc"',
    'W/abc',
    'w/"abc"',
    'W"abc"',
    'W /"abc"',
    'W/ "abc"',
    '"a b"',
    '"é"',
    '"a"b"',
    '"a" "b"',
    '"a";"b"',
    '"a",',
    '"a", ',
    ',"a"',
    '"a",,"b"',
    '"a",*',
  ],
})

test('E1: tags are equal by weak comparison, in all pairs of RFC 9110, section 8.8.3.2', () => {
  const compare = (left: string, right: string): string =>
    etag.comparePositions(etag.parsePosition(left), etag.parsePosition(right))
  expect(compare('W/"1"', 'W/"1"')).toBe('equal')
  expect(compare('W/"1"', 'W/"2"')).toBe('concurrent')
  expect(compare('W/"1"', '"1"')).toBe('equal')
  expect(compare('"1"', '"1"')).toBe('equal')
})

test('E2: another tag is never before or after, not even one that looks like a number', () => {
  expect(etag.comparePositions('W/"1"', 'W/"2"')).toBe('concurrent')
  expect(etag.comparePositions('W/"2"', 'W/"1"')).toBe('concurrent')
})

test('E2: after A, B, A the third looks like the first', () => {
  const [first, , third] = ['"a"', '"b"', '"a"'].map(etag.parsePosition) as [string, string, string]
  expect(etag.comparePositions(third, first)).toBe('equal')
})

test('E2: each encoding of one state has its own tag', () => {
  expect(etag.comparePositions('W/"abc"', 'W/"abc-gzip"')).toBe('concurrent')
})

test('E3: no tag covers two: a floor of both is met by neither', () => {
  const both = etag.joinPositions('W/"a"', 'W/"b"')
  expect(both).toBe('W/"a", W/"b"')
  expect(etag.comparePositions('W/"a"', both)).toBe('before')
  expect(etag.comparePositions('W/"c"', both)).toBe('concurrent')
})

test('O2: a list is bounded', () => {
  const long = (letter: string): string => `W/"${letter.repeat(5000)}"`
  expect(() => etag.joinPositions(long('a'), long('b'))).toThrow('Expected at most 8192 characters.')
})
