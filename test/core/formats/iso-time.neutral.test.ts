// Moments, exact to the nanosecond, in one spelling.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isoTime } from '../../../src/core/formats/iso-time.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

/** From 0000-01-02 to 9999-12-30: with any offset, still in the years that have four digits. */
const moments = fc.oneof(
  fc.integer({ min: Date.UTC(2025, 0, 31, 9), max: Date.UTC(2025, 0, 31, 9, 0, 3) }),
  fc.integer({ min: Date.parse('0000-01-02T00:00:00Z'), max: Date.UTC(9999, 11, 30) }),
)
const offsetMinutes = fc.oneof(
  fc.constantFrom(0, 60, -300, 330, 1439, -1439),
  fc.integer({ min: -1439, max: 1439 }),
)
const fractions = fc.oneof(
  fc.constantFrom('', '.5', '.50', '.500000000', '.0', '.000000001', '.999999999', '.12', '.123'),
  fc.stringMatching(/^\.\d{1,9}$/),
)

interface Spelling {
  readonly text: string
  /** Nanoseconds since 1970, told by the platform's calendar. */
  readonly nanoseconds: bigint
}

/** Spells a moment with the clock of some offset: the platform's `Date` is the oracle. */
const spellings: fc.Arbitrary<Spelling> = fc
  .tuple(moments, fractions, offsetMinutes, fc.boolean())
  .map(([ms, fraction, offset, saysZ]) => {
    const second = Math.floor(ms / 1000)
    const shift = saysZ ? 0 : offset
    const local = new Date((second + shift * 60) * 1000).toISOString().slice(0, 19)
    const nanoseconds = BigInt(second) * 10n ** 9n + BigInt(fraction.slice(1).padEnd(9, '0'))
    return { text: `${local}${fraction}${saysZ ? 'Z' : printOffset(shift)}`, nanoseconds }
  })

function printOffset(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `${minutes < 0 ? '-' : '+'}${twoDigits(hours)}:${twoDigits(rest)}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}

const texts = spellings.map(({ text }) => text)

describeFormat('iso-time', {
  format: isoTime,
  texts,
  positions: texts,
  ascending: [
    '0000-01-01T00:00:00Z',
    '0999-12-31T23:59:59.999999999Z',
    '1969-12-31T23:59:59.9Z',
    '1970-01-01T00:00:00Z',
    '2025-01-31T09:15:00Z',
    '2025-01-31T09:15:00.000000001Z',
    '2025-01-31T09:15:00.1Z',
    '2025-01-31T09:15:00.12Z',
    '2025-01-31T09:15:00.123Z',
    '2025-01-31T09:15:00.123000001Z',
    '2025-01-31T09:15:00.2Z',
    '2025-01-31T09:15:01Z',
    '9999-12-31T23:59:59.999999999Z',
  ],
  spellings: [
    ['2025-01-31T09:15:00.123Z', '2025-01-31T09:15:00.123Z'],
    ['2025-01-31T09:15:00.123000Z', '2025-01-31T09:15:00.123Z'],
    ['2025-01-31T09:15:00.000Z', '2025-01-31T09:15:00Z'],
    ['2025-01-31T09:15:00.100200300Z', '2025-01-31T09:15:00.1002003Z'],
    ['2025-01-31T09:15:00+00:00', '2025-01-31T09:15:00Z'],
    ['2025-01-31T09:15:00-00:00', '2025-01-31T09:15:00Z'],
    ['2025-01-31T10:15:00+01:00', '2025-01-31T09:15:00Z'],
    ['2025-01-31T23:30:00.5-05:30', '2025-02-01T05:00:00.5Z'],
    ['2024-03-01T00:30:00+01:00', '2024-02-29T23:30:00Z'],
    ['2025-03-01T00:30:00+01:00', '2025-02-28T23:30:00Z'],
    ['2000-02-29T23:59:59-23:59', '2000-03-01T23:58:59Z'],
    ['2025-01-01T00:00:00+23:59', '2024-12-31T00:01:00Z'],
    ['2024-12-31T23:00:00-01:00', '2025-01-01T00:00:00Z'],
    ['2024-05-01T00:00:00+00:01', '2024-04-30T23:59:00Z'],
    ['2024-04-30T23:59:00-00:01', '2024-05-01T00:00:00Z'],
  ],
  invalid: [
    '2025-01-31',
    '2025-01-31T09:15Z',
    '2025-01-31T09:15:00',
    '2025-01-31T09:15:00.Z',
    '2025-01-31T09:15:00,5Z',
    '2025-01-31T09:15:00.1234567890Z',
    '2025-01-31 09:15:00Z',
    '2025-01-31t09:15:00Z',
    '2025-01-31T09:15:00z',
    '2025-01-31T09:15:00ZZ',
    '2025-01-31T09:15:00Z+01:00',
    '2025-01-31T09:15:00+01',
    '2025-01-31T09:15:00+0100',
    '2025-01-31T09:15:00+1:00',
    '2025-01-31T09:15:00+24:00',
    '2025-01-31T09:15:00+01:60',
    '2025-01-31T09:15:00 Z',
    '20250131T091500Z',
    '2025-W05-5T09:15:00Z',
    '2025-031T09:15:00Z',
    '25-01-31T09:15:00Z',
    '+002025-01-31T09:15:00Z',
    '-000001-01-31T09:15:00Z',
    '12025-01-31T09:15:00Z',
    '2025-1-31T09:15:00Z',
    '2025-01-1T09:15:00Z',
    '2025-00-31T09:15:00Z',
    '2025-13-31T09:15:00Z',
    '2025-01-00T09:15:00Z',
    '2025-01-32T09:15:00Z',
    '2025-02-29T09:15:00Z',
    '2024-02-30T09:15:00Z',
    '1900-02-29T09:15:00Z',
    '2025-04-31T09:15:00Z',
    '2025-06-31T09:15:00Z',
    '2025-09-31T09:15:00Z',
    '2025-11-31T09:15:00Z',
    '2025-01-31T24:00:00Z',
    '2025-01-31T09:60:00Z',
    '2025-01-31T09:15:60Z',
    '2016-12-31T23:59:60Z',
    '0000-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '２025-01-31T09:15:00Z',
    'Fri, 31 Jan 2025 09:15:00 GMT',
    '1738314900123',
  ],
})

describe('T1: nothing is rounded', () => {
  test('law: moments compare as their nanoseconds do, whatever their spelling', () => {
    fc.assert(
      fc.property(spellings, spellings, (left, right) => {
        const [a, b] = [isoTime.parse(left.text), isoTime.parse(right.text)]
        const expected =
          left.nanoseconds < right.nanoseconds
            ? 'before'
            : left.nanoseconds > right.nanoseconds
              ? 'after'
              : 'equal'
        expect(isoTime.comparePositions(a.position, b.position)).toBe(expected)
      }),
      { numRuns: 500 },
    )
  })
})

test('T2: law: all spellings of a moment have one canonical text, that of the platform', () => {
  fc.assert(
    fc.property(moments, offsetMinutes, (ms, offset) => {
      const text = new Date(ms + offset * 60_000).toISOString().replace('Z', printOffset(offset))
      const expected = new Date(ms).toISOString().replace(/\.?0+Z$/, 'Z')
      expect(isoTime.parsePosition(text)).toBe(expected)
    }),
    { numRuns: 500 },
  )
})

test('T3: a tie is equal', () => {
  const a = isoTime.parsePosition('2025-01-31T09:15:00+00:00')
  const b = isoTime.parsePosition('2025-01-31T10:15:00.000+01:00')
  expect(isoTime.comparePositions(a, b)).toBe('equal')
})

test('each refusal says which part is wrong', () => {
  expect(() => isoTime.parse('2025-02-29T09:15:00Z')).toThrow('Expected a day of the calendar.')
  expect(() => isoTime.parse('2016-12-31T23:59:60Z')).toThrow('Expected a time of day')
  expect(() => isoTime.parse('2025-01-31T09:15:00+24:00')).toThrow('Expected an offset')
  expect(() => isoTime.parse('0000-01-01T00:00:00+00:01')).toThrow('Expected a moment from the year')
  expect(() => isoTime.parse('yesterday')).toThrow('Expected a moment as "2025-01-31T09:15:00.123Z"')
})
