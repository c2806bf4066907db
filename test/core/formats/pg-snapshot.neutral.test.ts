// Snapshots of PostgreSQL.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { pgSnapshot } from '../../../src/core/formats/pg-snapshot.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

const u64Max = 2n ** 64n - 1n
/** Where the numbers begin: small, about 2^53, and at the end of 64 bits. */
const bases = fc.constantFrom(1n, 2n ** 53n - 2n, u64Max - 8n)
const span = 7

interface Spelled {
  readonly text: string
  readonly base: bigint
  /** Which of the seven transactions from the base on are seen. */
  readonly seen: readonly boolean[]
}

/** Snapshots over seven transactions, in all of their spellings. */
const snapshots: fc.Arbitrary<Spelled> = fc
  .record({
    base: bases,
    end: fc.nat({ max: span }),
    first: fc.nat({ max: span }),
    isRunning: fc.array(fc.boolean(), { minLength: span, maxLength: span }),
  })
  .map(({ base, end, first, isRunning }) => {
    const running = isRunning.flatMap((is, at) => (is && at < end ? [at] : []))
    const begin = Math.min(first, running[0] ?? end)
    const list = running.map((at) => base + BigInt(at)).join(',')
    const text = `${base + BigInt(begin)}:${base + BigInt(end)}:${list}`
    return { text, base, seen: isRunning.map((is, at) => at < end && !is) }
  })
const texts = snapshots.map(({ text }) => text)

describeFormat('pg-snapshot', {
  format: pgSnapshot,
  texts,
  positions: texts,
  isPartial: true,
  ascending: [
    '1:1:',
    '9:9:',
    '10:10:',
    '10:20:10,14,15',
    '10:20:10,14',
    '10:20:10',
    '20:20:',
    '20:22:20',
    '9007199254740993:9007199254740993:',
    '18446744073709551615:18446744073709551615:',
  ],
  spellings: [
    ['5:20:10,14,15', '10:20:10,14,15'],
    ['10:20:', '20:20:'],
    ['10:20:10,14,15,19', '10:19:10,14,15'],
    ['10:12:10,11', '10:10:'],
    ['9007199254740992:9007199254740994:9007199254740993', '9007199254740993:9007199254740993:'],
  ],
  invalid: [
    '748',
    '10:20',
    '10::',
    ':20:',
    '0:20:',
    '0:0:',
    '20:10:',
    '010:20:',
    '10:020:',
    '10:20:010',
    '10:20:10,',
    '10:20:,10',
    '10:20:10,,14',
    '10:20:14,10',
    '10:20:10,10',
    '10:20:9',
    '10:20:20',
    '10:20:21',
    '10:20:10:14',
    '10:20:10, 14',
    '10:20:-14',
    '10:20:a',
    '10:18446744073709551616:',
    '10-20-10,14,15',
    '{10:20:10}',
  ],
})

test('law: snapshots compare by what they see, and join to what either sees', () => {
  fc.assert(
    fc.property(snapshots, snapshots, (left, right) => {
      fc.pre(left.base === right.base)
      const isWithin = left.seen.every((is, at) => !is || right.seen[at])
      const isAround = right.seen.every((is, at) => !is || left.seen[at])
      const expected = isWithin ? (isAround ? 'equal' : 'before') : isAround ? 'after' : 'concurrent'
      const [a, b] = [left.text, right.text].map(pgSnapshot.parsePosition) as [string, string]
      expect(pgSnapshot.comparePositions(a, b)).toBe(expected)
      const union = left.seen.map((is, at) => is || right.seen[at])
      const unseen = union.flatMap((is, at) => (is ? [] : [left.base + BigInt(at)]))
      const end = left.base + BigInt(span)
      const joined = pgSnapshot.parsePosition(`${unseen[0] ?? end}:${end}:${unseen.join(',')}`)
      expect(pgSnapshot.joinPositions(a, b)).toBe(joined)
    }),
    { numRuns: 1000 },
  )
})

test('V21: a later number may be visible first: such snapshots are concurrent, not ordered', () => {
  const [early, late] = ['10:12:10', '10:12:11'].map(pgSnapshot.parsePosition) as [string, string]
  expect([early, late]).toEqual(['10:12:10', '11:11:'])
  expect(pgSnapshot.comparePositions(early, late)).toBe('concurrent')
  expect(pgSnapshot.joinPositions(early, late)).toBe('12:12:')
})

test('V21: the number of a transaction alone is no position', () => {
  expect(() => pgSnapshot.parse('748')).toThrow(
    'Malformed PostgreSQL snapshot: "748". ' +
      'Expected xmin, xmax and the transactions running between, as "10:20:10,14,15".',
  )
})

test('a refusal says which part is wrong', () => {
  expect(() => pgSnapshot.parse('10:20:14,10')).toThrow('Expected ascending numbers of 64 bits.')
  expect(() => pgSnapshot.parse(`10:20:${'1'.repeat(9000)}`)).toThrow('Expected at most 8192')
})
