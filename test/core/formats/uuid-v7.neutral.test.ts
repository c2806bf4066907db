// UUIDs of version 7.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { uuidV7 } from '../../../src/core/formats/uuid-v7.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

const hex = (width: number): fc.Arbitrary<string> =>
  fc.constantFrom('0', '9', 'a', 'F').map((digit) => digit.padStart(width, '0'))
const texts = fc
  .tuple(hex(8), hex(4), hex(3), fc.constantFrom('8', '9', 'a', 'B'), hex(3), hex(12))
  .map(([time, low, chance, variant, more, node]) =>
    [time, low, `7${chance}`, variant + more, node].join('-'),
  )
const example = '018b2f2e-7b1c-7c3e-8f00-0123456789ab'

describeFormat('uuid-v7', {
  format: uuidV7,
  texts,
  positions: texts,
  ascending: [
    '00000000-0000-7000-8000-000000000000',
    '018b2f2e-7b1c-7000-bfff-ffffffffffff',
    example,
    '018b2f2e-7b1d-7000-8000-000000000000',
    '018b2f2f-0000-7000-8000-000000000000',
    'ffffffff-ffff-7fff-bfff-ffffffffffff',
  ],
  spellings: [
    [example.toUpperCase(), example],
    ['018B2f2e-7b1C-7c3e-8F00-0123456789AB', example],
  ],
  invalid: [
    '018b2f2e-7b1c-4c3e-8f00-0123456789ab', // Version 4.
    '018b2f2e-7b1c-1c3e-8f00-0123456789ab', // Version 1.
    '018b2f2e-7b1c-7c3e-7f00-0123456789ab', // Another variant.
    '018b2f2e-7b1c-7c3e-cf00-0123456789ab',
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    example.replaceAll('-', ''),
    `{${example}}`,
    `urn:uuid:${example}`,
    example.slice(1),
    `${example}0`,
    example.replace('b', 'g'),
  ],
})

test('U2: version 4 is chance alone, and refused', () => {
  expect(() => uuidV7.parse('f47ac10b-58cc-4372-a567-0e02b2c3d479')).toThrow(
    'Expected a UUID of version 7',
  )
})
