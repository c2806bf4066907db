// Integers: exact at any size.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { integer } from '../../../src/core/formats/integer.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

const numbers = fc.oneof(
  fc.bigInt({ min: 0n, max: 12n }),
  fc.bigInt({ min: 2n ** 53n - 2n, max: 2n ** 53n + 2n }),
  fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
)
const texts = numbers.map(String)

describeFormat('integer', {
  format: integer,
  texts,
  positions: texts,
  ascending: [
    '0',
    '2',
    '9',
    '10',
    '100',
    '9007199254740991',
    '9007199254740992',
    '9007199254740993',
    '18446744073709551615',
    '340282366920938463463374607431768211455',
  ],
  spellings: [['42', '42']],
  invalid: ['00', '01', '007', '-0', '0.0', '1.', '.1', '42abc', '42 43', '0b1', '0o7', '1'.repeat(40)],
})

test('law: integers compare as numbers do', () => {
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      const expected = a < b ? 'before' : a > b ? 'after' : 'equal'
      expect(integer.comparePositions(String(a), String(b))).toBe(expected)
    }),
  )
})

test('V4: a number of 40 digits is refused, and the message stays short', () => {
  expect(() => integer.parse('1'.repeat(40))).toThrow(
    'Malformed integer version: "1111111111111111111111111111111111111111". ' +
      'Expected 1 to 39 digits, no leading zero.',
  )
})
