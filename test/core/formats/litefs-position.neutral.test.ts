// Replication positions of LiteFS.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { litefsPosition } from '../../../src/core/formats/litefs-position.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

const checksum = 'ce552e44f23fbbdd'
const texts = fc
  .tuple(
    fc.constantFrom(1, 2, 9, 10, 0x9f, 0xa0, 0x2df417),
    fc.constantFrom(checksum, 'C000000000000001'),
    fc.boolean(),
  )
  .map(([id, sum, isUpper]) => {
    const text = `${id.toString(16).padStart(16, '0')}/${sum}`
    return isUpper ? text.toUpperCase() : text
  })

describeFormat('litefs-position', {
  format: litefsPosition,
  texts,
  positions: texts,
  mayBeForeign: true,
  ascending: [
    `0000000000000001/${checksum}`,
    `0000000000000009/c000000000000000`,
    `000000000000000a/${checksum}`,
    `0000000000000010/8000000000000000`,
    `00000000002df417/${checksum}`,
    `ffffffffffffffff/${checksum}`,
  ],
  spellings: [['00000000002DF417/CE552E44F23FBBDD', `00000000002df417/${checksum}`]],
  invalid: [
    '00000000002df417',
    '00000000002df417/',
    `/${checksum}`,
    `2df417/${checksum}`,
    `0000000000000000/${checksum}`,
    '0000000000000000/0000000000000000',
    `00000000002df417/${checksum}/1`,
    `00000000002df417:${checksum}`,
    `00000000002df41g/${checksum}`,
    `0x000000002df417/${checksum}`,
  ],
})

test('P1: the same transaction with another checksum is of another history', () => {
  const [ours, theirs] = [`00000000002df417/${checksum}`, '00000000002df417/c000000000000000']
  expect(litefsPosition.comparePositions(ours, theirs)).toBe('foreign')
  expect(litefsPosition.comparePositions(theirs, ours)).toBe('foreign')
})

test('P2: an id without its checksum is refused, since it would hide a split', () => {
  expect(() => litefsPosition.parse('00000000002df417')).toThrow('Malformed LiteFS position')
})
