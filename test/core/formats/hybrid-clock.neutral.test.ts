// Hybrid logical clocks.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { hybridClock } from '../../../src/core/formats/hybrid-clock.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

const milliseconds = fc.oneof(
  fc.nat({ max: 2 }),
  fc.constantFrom(9, 10, 1_693_526_400_123, 2 ** 48 - 1),
)
const counter = fc.constantFrom('0000', '0001', '0009', '000a', '000A', '0010', 'ffff')
const node = fc.constantFrom('n7', 'n10', 'N7', 'eu-west-1.db_2', 'x'.repeat(63))
const texts = fc.tuple(milliseconds, counter, node).map((parts) => parts.join('-'))

describeFormat('hybrid-clock', {
  format: hybridClock,
  texts,
  positions: texts,
  ascending: [
    '0-0000-n7',
    '9-ffff-n7',
    '10-0000-n7',
    '999999999999-0000-n7',
    '1693526400123-0000-n7',
    '1693526400123-0003-n7',
    '1693526400123-0009-n7',
    '1693526400123-000a-n7',
    '1693526400123-0010-n7',
    '281474976710655-ffff-n7',
  ],
  spellings: [['1693526400123-00AF-N7', '1693526400123-00af-N7']],
  goodEndings: ['Z', 'x', '.'],
  invalid: [
    '1693526400123',
    '1693526400123-0003',
    '1693526400123-0003-',
    '1693526400123--n7',
    '-0003-n7',
    '01693526400123-0003-n7',
    '1693526400123-3-n7',
    '1693526400123-00003-n7',
    '1693526400123-000g-n7',
    '1693526400.123-0003-n7',
    '281474976710656-0000-n7',
    '1693526400123-0003-n 7',
    '1693526400123-0003-ñ',
    `1693526400123-0003-${'x'.repeat(65)}`,
  ],
})

test('H1: the node decides only where time and counter tie', () => {
  expect(hybridClock.comparePositions('5-0003-a', '5-0003-b')).toBe('before')
  expect(hybridClock.comparePositions('5-0003-b', '5-0004-a')).toBe('before')
  expect(hybridClock.comparePositions('5-0003-z', '6-0000-a')).toBe('before')
})

test('H2: a counter in decimal sorts as one in hexadecimal', () => {
  expect(hybridClock.comparePositions('5-0009-a', '5-0010-a')).toBe('before')
  expect(hybridClock.comparePositions('5-9999-a', '5-000a-a')).toBe('after')
})
