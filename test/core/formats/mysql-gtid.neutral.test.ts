// GTID sets of MySQL.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { mysqlGtid } from '../../../src/core/formats/mysql-gtid.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

const a = '3e11fa47-71ca-11e1-9e33-c80aa9429562'
const b = '896e7882-18fe-11ef-ab88-22222d34d411'

/** Transactions of few sources, tags and numbers, so that all relations are met often. */
const transactions = fc.uniqueArray(
  fc.tuple(fc.constantFrom(a, b), fc.constantFrom('', ':dba', ':_x9'), fc.integer({ min: 1, max: 6 })),
  { minLength: 1, maxLength: 8, selector: String },
)

/** Spells a set in the plainest way: each transaction on its own. */
const spell = (set: readonly (readonly [string, string, number])[]): string =>
  set.map(([uuid, tag, number]) => `${uuid}${tag}:${number}`).join(',')

const texts = fc
  .tuple(transactions, fc.constantFrom(',', ', ', ',\n'), fc.boolean())
  .map(([set, comma, isUpper]) => {
    const text = spell(set).replaceAll(',', comma)
    return isUpper ? text.toUpperCase() : text
  })

describeFormat('mysql-gtid', {
  format: mysqlGtid,
  texts,
  positions: texts,
  isPartial: true,
  ascending: [
    `${a}:1`,
    `${a}:1-2`,
    `${a}:1-2:5`,
    `${a}:1-5`,
    `${a}:1-10`,
    `${a}:1-10:12-9223372036854775806`,
    `${a}:1-10:12-9223372036854775806:dba:3`,
    `${a}:1-10:12-9223372036854775806:dba:3,${b}:7`,
  ],
  spellings: [
    ['3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5:11-18', `${a}:1-5:11-18`],
    [`${b}:1,\n${a}:1`, `${a}:1,${b}:1`],
    [`${a}:1:2:3`, `${a}:1-3`],
    [`${a}:11-18:1-5`, `${a}:1-5:11-18`],
    [`${a}:1-5:6-9`, `${a}:1-9`],
    [`${a}:1-9:3-5`, `${a}:1-9`],
    [`${a}:1-5:3-9`, `${a}:1-9`],
    [`${a}:7-7`, `${a}:7`],
    [`${a}:1-3,${a}:4`, `${a}:1-4`],
    [`${a}:DBA:1`, `${a}:dba:1`],
    [`${a}:dba:1-3:1-2`, `${a}:dba:1-3`],
    [`${a}:dba:1,${a}:1-2:abc:4`, `${a}:1-2:abc:4:dba:1`],
  ],
  invalid: [
    a,
    `${a}:`,
    `${a}:0`,
    `${a}:01`,
    `${a}:1-`,
    `${a}:-5`,
    `${a}:0-5`,
    `${a}:5-1`,
    `${a}:1--5`,
    `${a}:1-5-9`,
    `${a}:1::2`,
    `${a}:1:`,
    `${a}:9223372036854775807`,
    `${a}:1-9999999999999999999`,
    `${a}:1-18446744073709551616`,
    `${a}:1,`,
    `,${a}:1`,
    `${a}:1,,${b}:1`,
    `${a}:1;${b}:1`,
    `${a} :1`,
    `${a}: 1`,
    `${a}:1 ,${b}:1`,
    `${a}:1,\u00A0${b}:1`,
    `${a}:dba`,
    `${a}:dba:`,
    `${a}:dba:abc:1`,
    `${a}:d-a:1`,
    `${a}:${'x'.repeat(33)}:1`,
    `${a}:\u212A:1`, // Its lower case is a k.
    `${a.replaceAll('-', '')}:1`,
    `{${a}}:1`,
    `${a.slice(1)}:1`,
    `${a.replace('e', 'g')}:1`,
  ],
})

test('law: sets compare by inclusion and join by union', () => {
  fc.assert(
    fc.property(transactions, transactions, (left, right) => {
      const [ours, theirs] = [new Set(left.map(String)), new Set(right.map(String))]
      const isWithin = [...ours].every((one) => theirs.has(one))
      const isAround = [...theirs].every((one) => ours.has(one))
      const expected = isWithin ? (isAround ? 'equal' : 'before') : isAround ? 'after' : 'concurrent'
      const [x, y] = [mysqlGtid.parsePosition(spell(left)), mysqlGtid.parsePosition(spell(right))]
      expect(mysqlGtid.comparePositions(x, y)).toBe(expected)
      expect(mysqlGtid.joinPositions(x, y)).toBe(mysqlGtid.parsePosition(spell([...left, ...right])))
    }),
    { numRuns: 500 },
  )
})

test('G3: a gap is a transaction that is not there, whatever the greatest number', () => {
  expect(mysqlGtid.comparePositions(`${a}:1-5:11-18`, `${a}:6`)).toBe('concurrent')
  expect(mysqlGtid.comparePositions(`${a}:1-5:11-18`, `${a}:1-10`)).toBe('concurrent')
  expect(mysqlGtid.joinPositions(`${a}:1-5:11-18`, `${a}:1-10`)).toBe(`${a}:1-18`)
})

test('G1: after a failover two sources are concurrent, and their union is after both', () => {
  const [old, promoted] = [`${a}:1-9`, `${a}:1-7,${b}:1-2`]
  expect(mysqlGtid.comparePositions(old, promoted)).toBe('concurrent')
  expect(mysqlGtid.joinPositions(old, promoted)).toBe(`${a}:1-9,${b}:1-2`)
})

test('G2: numbers beyond 2^53 stay exact where intervals touch', () => {
  expect(mysqlGtid.parsePosition(`${a}:9007199254740992:9007199254740993`)).toBe(
    `${a}:9007199254740992-9007199254740993`,
  )
  const apart = `${a}:9007199254740992:9007199254740994`
  expect(mysqlGtid.parsePosition(apart)).toBe(apart)
})

test('O2: a set is bounded, a union of two as well, and the answer comes at once', () => {
  const gaps = (from: number, length: number): string =>
    `${a}${Array.from({ length }, (_, at) => `:${from + at * 2}`).join('')}`
  const [odd, even] = [gaps(10_001, 1300), gaps(20_002, 1300)]
  expect(mysqlGtid.comparePositions(odd, even)).toBe('concurrent')
  expect(() => mysqlGtid.joinPositions(odd, even)).toThrow('Expected at most 8192 characters.')
  expect(() => mysqlGtid.parse(gaps(1, 5000))).toThrow('Expected at most 8192 characters.')
})

test('a refusal says what was expected', () => {
  expect(() => mysqlGtid.parse(`${a}:5-1`)).toThrow('intervals that ascend, up to 9223372036854775806')
  expect(() => mysqlGtid.parse('uuid:1')).toThrow('sources with intervals')
})
