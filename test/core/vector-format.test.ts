// The format of our own tests keeps the contract too, so that their concurrent versions are sound.
import { describeFormat } from '../conformance/version-format-suite.ts'
import { vector, vectorPositions } from './vector-format.ts'

describeFormat('vector', {
  format: vector,
  texts: vectorPositions,
  positions: vectorPositions,
  ascending: ['a1', 'a2', 'a2.b1', 'a10.b1', 'a10.b1.c9'],
  spellings: [['b2.a1', 'a1.b2']],
  invalid: ['a', 'a0', 'a01', 'a1.', '.a1', 'a1..b1', 'a1.a2', 'a1b2', 'A1'],
  isPartial: true,
})
