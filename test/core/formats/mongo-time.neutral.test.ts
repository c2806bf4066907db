// Timestamps of MongoDB's oplog.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { mongoTime } from '../../../src/core/formats/mongo-time.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

const u32Max = 2 ** 32 - 1
const half = fc.oneof(fc.nat({ max: 3 }), fc.constantFrom(9, 10, u32Max), fc.nat({ max: u32Max }))
const pairs = fc.tuple(half, half).filter(([seconds, count]) => seconds + count > 0)
const texts = pairs.map(([seconds, count]) => `${seconds}:${count}`)

describeFormat('mongo-time', {
  format: mongoTime,
  texts,
  positions: texts,
  ascending: ['0:1', '0:9', '0:10', '9:4294967295', '10:0', '1693526400:3', '4294967295:4294967295'],
  spellings: [],
  invalid: [
    '0:0',
    '1693526400',
    '1693526400:',
    ':3',
    '1693526400:3:1',
    '01693526400:3',
    '1693526400:03',
    '1693526400:-3',
    '4294967296:1',
    '1:4294967296',
    '1693526400, 3',
    'Timestamp(1693526400, 3)',
    '{"$timestamp":{"t":1693526400,"i":3}}',
  ],
})

test('law: timestamps compare as pairs of numbers do', () => {
  fc.assert(
    fc.property(pairs, pairs, ([a, b], [c, d]) => {
      const [left, right] = [a * 2 ** 20 + (b % 2 ** 20), c * 2 ** 20 + (d % 2 ** 20)]
      const expected = left < right ? 'before' : left > right ? 'after' : 'equal'
      const print = (seconds: number, count: number): string => `${seconds + 1}:${count % 2 ** 20}`
      expect(mongoTime.comparePositions(print(a, b), print(c, d))).toBe(expected)
    }),
  )
})

test('I4: the null timestamp is no version', () => {
  expect(() => mongoTime.parse('0:0')).toThrow('Malformed MongoDB timestamp: "0:0".')
})

test('a signed clusterTime is another thing, and refused', () => {
  const clusterTime = '{"clusterTime":{"$timestamp":{"t":1,"i":1}},"signature":{"keyId":1}}'
  expect(() => mongoTime.parse(clusterTime)).toThrow('Malformed MongoDB timestamp')
})
