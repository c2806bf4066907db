// Bookmarks of Cloudflare D1.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { d1Bookmark } from '../../../src/core/formats/d1-bookmark.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

const tail = '8e61117bf38d7adb71b934ebbf891683'
const example = `00000085-0000024c-00004c6d-${tail}`

const group = fc
  .oneof(fc.nat({ max: 2 }), fc.constantFrom(0x9, 0xa, 0x9f, 0xa0, 2 ** 32 - 1))
  .map((value) => value.toString(16).padStart(8, '0'))
const texts = fc
  .tuple(group, group, group, fc.constantFrom(tail, '0'.repeat(32), 'f'.repeat(32)))
  .map((groups) => groups.join('-'))

describeFormat('d1-bookmark', {
  format: d1Bookmark,
  texts,
  positions: texts,
  ascending: [
    `00000000-00000000-00000000-${'0'.repeat(32)}`,
    `00000009-0000024c-00004c6d-${tail}`,
    `0000000a-00000000-00000000-${tail}`,
    `00000010-00000000-00000000-${tail}`,
    example,
    `00000085-0000024c-00004c6e-${'0'.repeat(32)}`,
  ],
  spellings: [[example, example]],
  invalid: [
    'first-primary',
    'first-unconstrained',
    example.toUpperCase(),
    example.slice(1),
    example.slice(0, -1),
    `0${example}`,
    `${example}0`,
    example.replaceAll('-', ''),
    example.replace('-', '_'),
    example.replace('8', 'g'),
    `"${example}"`,
  ],
})

test('V3: the empty text is no bookmark, and neither is a constraint', () => {
  for (const text of ['', 'first-primary', 'first-unconstrained']) {
    expect(() => d1Bookmark.parse(text)).toThrow('Malformed D1 bookmark')
  }
})
