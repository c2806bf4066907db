// ULIDs.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ulid } from '../../../src/core/formats/ulid.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const numbers = fc.oneof(
  fc.bigInt({ min: 0n, max: 40n }),
  fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
)

/** Prints a number in Crockford's base 32, with no help of the code under test. */
function encode(value: bigint): string {
  let rest = value
  let text = ''
  for (let place = 0; place < 26; place += 1) {
    text = digits.charAt(Number(rest % 32n)) + text
    rest /= 32n
  }
  return text
}

const texts = fc
  .tuple(numbers, fc.boolean())
  .map(([value, isLower]) => (isLower ? encode(value).toLowerCase() : encode(value)))

describeFormat('ulid', {
  format: ulid,
  texts,
  positions: texts,
  ascending: [
    '0'.repeat(26),
    `${'0'.repeat(25)}9`,
    `${'0'.repeat(25)}A`,
    `${'0'.repeat(25)}Z`,
    `${'0'.repeat(24)}10`,
    '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    `7${'Z'.repeat(25)}`,
  ],
  spellings: [
    ['01arz3ndektsv4rrffq69g5fav', '01ARZ3NDEKTSV4RRFFQ69G5FAV'],
    ['01ARZ3ndektsv4RRFFQ69G5FAV', '01ARZ3NDEKTSV4RRFFQ69G5FAV'],
  ],
  invalid: [
    `8${'0'.repeat(25)}`, // Beyond 128 bits.
    `Z${'0'.repeat(25)}`,
    '01ARZ3NDEKTSV4RRFFQ69G5FA',
    '01ARZ3NDEKTSV4RRFFQ69G5FAVV',
    '01ARZ3NDEKTSV4RRFFQ69G5FAI',
    '01ARZ3NDEKTSV4RRFFQ69G5FAL',
    '01ARZ3NDEKTSV4RRFFQ69G5FAO',
    '01ARZ3NDEKTSV4RRFFQ69G5FAU',
    '01ARZ3NDEK-SV4RRFFQ69G5FAV',
    '01ARZ3NDEKTſV4RRFFQ69G5FAV', // Its upper case is an S.
  ],
})

test('law: ULIDs compare as 128-bit numbers do', () => {
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      const expected = a < b ? 'before' : a > b ? 'after' : 'equal'
      expect(ulid.comparePositions(encode(a), encode(b))).toBe(expected)
    }),
  )
})
