// Log positions of PostgreSQL, alone and within a timeline.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { postgresLsn } from '../../../src/core/formats/postgres-lsn.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

const u32Max = 2 ** 32 - 1
const half = fc.oneof(
  fc.nat({ max: 3 }),
  fc.constantFrom(0x9fffffff, 0xa0000000, 0x9ffffff, 0x10000000, u32Max),
  fc.nat({ max: u32Max }),
)
const spelled = fc.tuple(half, fc.nat({ max: 8 }), fc.boolean()).map(([value, width, isUpper]) => {
  const text = value.toString(16).padStart(width, '0')
  return isUpper ? text.toUpperCase() : text
})
const positions = fc.tuple(spelled, spelled).map((halves) => halves.join('/'))
const timelines = fc.oneof(
  fc.integer({ min: 1, max: 12 }).map(String),
  fc.integer({ min: 1, max: u32Max }).map(String),
)

describeFormat('postgres-lsn', {
  format: postgresLsn,
  texts: fc
    .tuple(fc.option(timelines, { nil: undefined }), positions)
    .map(([timeline, position]) => (timeline === undefined ? position : `${timeline}@${position}`)),
  positions,
  epochs: timelines,
  ascending: [
    '0/0',
    '0/9',
    '0/A',
    '0/F',
    '0/10',
    '0/9FFFFFF',
    '0/10000000',
    '0/FFFFFFFF',
    '1/0',
    '9/FFFFFFFF',
    'A/0',
    '10/0',
    '16/B374D848',
    'FFFFFFFF/FFFFFFFF',
  ],
  spellings: [
    ['16/b374d848', '16/B374D848'],
    ['0/09FFFFFF', '0/9FFFFFF'],
    ['00000000/00000001', '0/1'],
    ['00000016/B374D848', '16/B374D848'],
  ],
  invalid: [
    '16',
    '16/',
    '/B374D848',
    '16//B3',
    '16/B3/1',
    '16-B374D848',
    '16\\B374D848',
    '16 /B374D848',
    '16/ B374D848',
    '0x16/B374D848',
    '16/0xB374D8',
    '-16/B374D848',
    '16/-B374D84',
    '16/G',
    '100000000/0',
    '000000016/0',
    '0/100000000',
    '16/B374D848@2',
    '１６/B374D848',
  ],
  invalidWhole: [
    '@16/B374D848',
    '0@16/B374D848',
    '02@16/B374D848',
    '-2@16/B374D848',
    '+2@16/B374D848',
    '2.0@16/B374D848',
    '2e0@16/B374D848',
    'A@16/B374D848',
    ' 2@16/B374D848',
    '2 @16/B374D848',
    '2@ 16/B374D848',
    '2\n@16/B374D848',
    '2@2@16/B374D848',
    '2@',
    '4294967296@0/0',
    '12345678901@0/0',
    '２@16/B374D848',
  ],
})

describe('the timeline', () => {
  test('is the epoch, in decimal', () => {
    expect(postgresLsn.parse('2@16/B374D848')).toEqual({ epoch: '2', position: '16/B374D848' })
    expect(postgresLsn.parse('4294967295@0/0').epoch).toBe('4294967295')
  })

  test('may be missing, and is then the epoch of no name', () => {
    expect(postgresLsn.parse('16/B374D848')).toEqual({ epoch: '', position: '16/B374D848' })
    expect(postgresLsn.compareEpochs?.('', '')).toBe('equal')
  })

  test('is compared as a number', () => {
    expect(postgresLsn.compareEpochs?.('9', '10')).toBe('before')
    expect(postgresLsn.compareEpochs?.('4294967295', '2')).toBe('after')
  })

  test('that PostgreSQL cannot have is foreign', () => {
    expect(postgresLsn.compareEpochs?.('4294967296', '2')).toBe('foreign')
    expect(postgresLsn.compareEpochs?.('0', '2')).toBe('foreign')
  })

  test('has no place in a position', () => {
    expect(() => postgresLsn.parsePosition('2@16/B374D848')).toThrow('Malformed PostgreSQL LSN')
  })
})

function numberOf(position: string): bigint {
  const [high = '', low = ''] = position.split('/')
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

test('law: log positions compare as 64-bit numbers do', () => {
  fc.assert(
    fc.property(positions, positions, (left, right) => {
      const [a, b] = [numberOf(left), numberOf(right)]
      const expected = a < b ? 'before' : a > b ? 'after' : 'equal'
      const [x, y] = [postgresLsn.parsePosition(left), postgresLsn.parsePosition(right)]
      expect(postgresLsn.comparePositions(x, y)).toBe(expected)
    }),
  )
})

test('a refusal says what was expected', () => {
  expect(() => postgresLsn.parse('0@16/B3')).toThrow(
    'Malformed PostgreSQL LSN: "0@16/B3". ' +
      'Expected a timeline from 1 to 4294967295 in decimal before the "@".',
  )
})
