// Session tokens of Azure Cosmos DB.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cosmosSession } from '../../../src/core/formats/cosmos-session.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

const lsn = fc.constantFrom('0', '1', '9', '10', '9007199254740993')
const regions = fc.uniqueArray(fc.tuple(fc.constantFrom('1', '2', '10'), lsn), {
  maxLength: 3,
  selector: ([region]) => region,
})
const tokens = fc
  .tuple(fc.constantFrom('-1', '0', '2', '10'), lsn, regions)
  .map(([version, global, local]) =>
    [`${version}#${global}`, ...local.map((region) => region.join('='))].join('#'),
  )
const texts = fc
  .uniqueArray(fc.tuple(fc.constantFrom('0', '4', '10'), tokens), {
    minLength: 1,
    maxLength: 3,
    selector: ([range]) => range,
  })
  .map((ranges) => ranges.map((parts) => parts.join(':')).join(','))

describeFormat('cosmos-session', {
  format: cosmosSession,
  texts,
  positions: texts,
  isPartial: true,
  ascending: [
    '0:-1#30',
    '0:-1#31',
    '0:0#9',
    '0:2#512',
    '0:2#512#1=509',
    '0:2#512#1=509#3=498',
    '0:2#1000#1=509#3=498',
    '0:2#1000#1=1000#3=498',
    '0:9#1',
    '0:10#1',
    '0:10#1,4:-1#0',
  ],
  spellings: [
    ['4:2#512#3=498#1=509', '4:2#512#1=509#3=498'],
    ['4:2#512#10=1#9=2', '4:2#512#9=2#10=1'],
    ['4:2#5,0:-1#30', '0:-1#30,4:2#5'],
    ['10:2#5,9:2#5', '9:2#5,10:2#5'],
  ],
  invalid: [
    '0',
    '0:30',
    '0:#30',
    '0:-1#',
    '0:-1',
    ':-1#30',
    '-1#30',
    '0:-2#30',
    '0:-1#-1',
    '0:--1#30',
    '0:+1#30',
    '0:NaN#30',
    '0:-1#NaN',
    '0:2#512#1=NaN',
    '00:2#512',
    '0:02#512',
    '0:2#0512',
    '0:2#512#01=509',
    '0:2#512#1=0509',
    '0:2#512#1',
    '0:2#512#1=',
    '0:2#512#=509',
    '0:2#512#1=2=3',
    '0:2#512##1=509',
    '0:2#512#1=509#1=498',
    '0:2#512,0:2#513',
    '0:2#512,',
    ',0:2#512',
    '0:2#512, 4:2#512',
    '0:2#512;4:2#512',
    'a:2#512',
    '0:2#12345678901234567890',
  ],
})

test('C1: the newer configuration version stands, with its global LSN, even a lower one', () => {
  const [old, young] = ['4:2#512#1=509#3=498', '4:3#40#1=39']
  expect(cosmosSession.comparePositions(old, young)).toBe('before')
  expect(cosmosSession.joinPositions(old, young)).toBe(young)
  expect(cosmosSession.comparePositions('0:-1#99', '0:0#1')).toBe('before')
  expect(cosmosSession.comparePositions('0:0#1', '0:-1#99')).toBe('after')
})

test('C2: at one version each region is joined on its own', () => {
  const [left, right] = ['4:2#512#1=509#3=498', '4:2#511#1=510#3=498']
  expect(cosmosSession.comparePositions(left, right)).toBe('concurrent')
  expect(cosmosSession.joinPositions(left, right)).toBe('4:2#512#1=510#3=498')
})

test('C2: region sets that differ at one version are no reason to guess', () => {
  expect(cosmosSession.comparePositions('4:2#512#1=509', '4:2#512#1=509#3=1')).toBe('before')
  expect(cosmosSession.comparePositions('4:2#512#1=509', '4:2#512#3=498')).toBe('concurrent')
  expect(cosmosSession.joinPositions('4:2#512#1=509', '4:2#512#3=498')).toBe('4:2#512#1=509#3=498')
})

test('C3: after a split the new ranges do not cover the old one', () => {
  expect(cosmosSession.comparePositions('1:2#900,2:2#900', '0:2#512')).toBe('concurrent')
})

test('C4: a token of 15 KB is refused, and so is a join that would become one', () => {
  const many = (from: number, length: number): string =>
    Array.from({ length }, (_, at) => `${from + at}:2#512#1=509#3=498`).join(',')
  expect(many(0, 700).length).toBeGreaterThan(15_000)
  expect(() => cosmosSession.parse(many(0, 700))).toThrow('Expected at most 8192 characters.')
  expect(() => cosmosSession.joinPositions(many(1000, 300), many(2000, 300))).toThrow('at most 8192')
})

test('V4: what is no number is no LSN', () => {
  expect(() => cosmosSession.parse('0:1#NaN')).toThrow('Malformed Cosmos session token: "0:1#NaN".')
})
