// Entity tags (RFC 9110, section 8.8.3), such as `W/"abc"`: they tell whether two representations are
// the same, and nothing else.
//
// E1. Two tags are equal by the weak comparison of section 8.8.3.2, which leaves out `W/`. There is
//     one text for both, the weak one: no `If-Match` takes a weak tag, so nobody writes on the
//     strength of a comparison that was never strong.
// E2. Different tags are concurrent, never before or after: a change detector is no clock (lessons
//     W16). After A, B, A the third looks like the first, and each encoding of one state has its own.
// E3. No representation covers two others, so the join is no tag but the list of both, as
//     `If-None-Match` writes it. A floor of two is met by no answer with one. That is the truth about
//     ETags: what was seen can be told apart, and not be outdone.
// E4. Reads with such versions are at best `unverified` (lessons V7). Where there is a choice, take any
//     other version.
// E5. `""` and `*` name nothing, and nothing is no version (I4).

import { ProtocolError } from '../errors.ts'
import type { VersionFormat } from '../version.ts'
import { compareSets, withinLength } from './partial-order.ts'

/** Versions such as `'W/"abc"'` or `'"abc"'`, of one endless epoch. */
export const etag: VersionFormat = {
  name: 'etag',
  parse: (text) => ({ epoch: '', position: parseTags(text) }),
  print: ({ position }) => position,
  parsePosition: parseTags,
  comparePositions: (left, right) => compareSets(readTags(left), readTags(right)), // E2
  joinPositions: (left, right) => printTags([...readTags(left), ...readTags(right)]), // E3
}

const what = 'ETag'
// A tag may hold commas, so the text cannot be split at them.
const tag = /(?:W\/)?("[\x21\x23-\x7e]+")(,[ \t]*|$)/gy

function parseTags(text: string): string {
  return printTags(readTags(withinLength(what, text)))
}

/** Returns the tags without `W/`, in their quotes. */
function readTags(text: string): string[] {
  const tags: string[] = []
  let end: string | undefined = ','
  for (const [, opaque = '', after] of text.matchAll(tag)) {
    tags.push(opaque)
    end = after
  }
  // Only a tag that reaches the end of the text has nothing after it.
  if (end !== '') {
    throw new ProtocolError({ what, text, expected: 'tags in quotes, not empty, as W/"abc"' }) // E5
  }
  return tags
}

function printTags(tags: readonly string[]): string {
  const weak = [...new Set(tags)].toSorted().map((opaque) => `W/${opaque}`) // E1
  return withinLength(what, weak.join(', '))
}
