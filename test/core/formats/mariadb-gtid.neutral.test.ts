// GTID positions of MariaDB.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { mariadbGtid } from '../../../src/core/formats/mariadb-gtid.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

const sequence = fc.oneof(
  fc.bigInt({ min: 1n, max: 3n }),
  fc.bigInt({ min: 2n ** 53n - 1n, max: 2n ** 53n + 1n }),
  fc.constant(2n ** 64n - 1n),
)
const texts = fc
  .uniqueArray(
    fc.tuple(fc.constantFrom(0, 1, 9, 10, 2 ** 32 - 1), fc.constantFrom(1, 3000), sequence),
    { minLength: 1, maxLength: 4, selector: ([domain]) => domain },
  )
  .map((gtids) => gtids.map((gtid) => gtid.join('-')).join(','))

describeFormat('mariadb-gtid', {
  format: mariadbGtid,
  texts,
  positions: texts,
  isPartial: true,
  ascending: [
    '0-0-1',
    '0-0-9',
    '0-0-10',
    '0-0-10,1-0-4',
    '0-0-9007199254740993,1-0-4',
    '0-0-18446744073709551615,1-0-4',
  ],
  spellings: [
    ['0-3000-8,1-3000-4', '0-0-8,1-0-4'],
    ['10-1-4,9-1-8', '9-0-8,10-0-4'],
    ['0-4294967295-8', '0-0-8'],
  ],
  invalid: [
    '0-3000',
    '0-3000-',
    '-3000-8',
    '0--8',
    '0-3000-8-1',
    '0-3000-0',
    '0-3000-08',
    '00-3000-8',
    '0-03000-8',
    '0-3000--8',
    '0-3000-8,',
    ',0-3000-8',
    '0-3000-8,,1-3000-4',
    '0-3000-8, 1-3000-4',
    '0-3000-8;1-3000-4',
    '0-3000-8,0-3001-9',
    '4294967296-1-8',
    '0-4294967296-8',
    '0-1-18446744073709551616',
  ],
})

test('G1: the server is no order: after a failover another one goes on', () => {
  const [old, promoted] = ['0-3000-8', '0-2000-9'].map(mariadbGtid.parsePosition) as [string, string]
  expect(mariadbGtid.comparePositions(old, promoted)).toBe('before')
  expect(mariadbGtid.joinPositions(old, promoted)).toBe('0-0-9')
})

test('G2: two that differ in the server alone are equal', () => {
  expect(mariadbGtid.parsePosition('0-3000-8')).toBe(mariadbGtid.parsePosition('0-2000-8'))
})

test('domains are compared each on its own, and one that is missing covers nothing', () => {
  expect(mariadbGtid.comparePositions('0-0-8,1-0-4', '0-0-9,1-0-3')).toBe('concurrent')
  expect(mariadbGtid.comparePositions('0-0-8', '0-0-8,1-0-4')).toBe('before')
  expect(mariadbGtid.comparePositions('0-0-9', '0-0-8,1-0-4')).toBe('concurrent')
  expect(mariadbGtid.joinPositions('0-0-8,1-0-4', '0-0-9,2-0-1')).toBe('0-0-9,1-0-4,2-0-1')
})

test('G3: a binlog state, which names a domain twice, is no position', () => {
  expect(() => mariadbGtid.parse('0-3000-8,0-2000-9')).toThrow('Expected the domain 0 once.')
})

test('a reset goes backwards: a new epoch has to tell it', () => {
  expect(mariadbGtid.comparePositions('0-0-1', '0-0-8')).toBe('before')
})
