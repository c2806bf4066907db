// A sequence within a named epoch.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochSeq } from '../../../src/core/formats/epoch-seq.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

const positions = fc
  .oneof(fc.bigInt({ min: 0n, max: 12n }), fc.bigInt({ min: 0n, max: 2n ** 64n }))
  .map(String)
const epochs = fc.constantFrom('7f3a', '1', '2', 'db:eu:1', '"', 'x'.repeat(128))

describeFormat('epoch-seq', {
  format: epochSeq,
  texts: fc.tuple(epochs, positions).map(([epoch, position]) => `${epoch}:${position}`),
  positions,
  ascending: ['0', '9', '10', '9007199254740993'],
  spellings: [],
  invalid: ['42abc', ':42', '7f3a:', '7f3a:-1', '7f3a:01', '7f3a:1e3', '7f3a:0x1', '7f3a:4 2'],
  invalidWhole: [
    '42',
    '7f3a',
    '7f3a:42\n',
    ' 7f3a:42',
    '7f 3a:42',
    '7f3a\n:42',
    'é:42',
    '７:42',
    '\uD800:42',
    '7f3a: 42',
    `${'x'.repeat(129)}:42`,
    `7f3a:${'1'.repeat(40)}`,
  ],
})

test('an epoch may hold colons: the last one ends it', () => {
  expect(epochSeq.parse('db:eu:1:42')).toEqual({ epoch: 'db:eu:1', position: '42' })
})

test('V5: epochs are names: nothing says which of two is newer', () => {
  expect(epochSeq.compareEpochs).toBeUndefined()
})
