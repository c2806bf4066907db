// Bookmarks of Cloudflare D1: four groups of hexadecimal digits, which sort as text.
//
// B1. The groups have fixed widths and lower case, so the order of the texts is that of the states.
//     One digit less, or an upper-case letter, and it would not be: such a text is refused.
// B2. The constraints that a session may begin with, `first-primary` and `first-unconstrained`, are
//     no bookmarks, and neither is the empty text, which D1's own sample feeds back (lessons V3).

import { ProtocolError } from '../errors.ts'
import type { Order, VersionFormat } from '../version.ts'

/** Versions such as `"00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683"`. */
export const d1Bookmark: VersionFormat = {
  name: 'd1-bookmark',
  parse: (text) => ({ epoch: '', position: parseBookmark(text) }),
  print: ({ position }) => position,
  parsePosition: parseBookmark,
  comparePositions: compareBookmarks,
  joinPositions: (left, right) => (left < right ? right : left),
}

function parseBookmark(text: string): string {
  if (/^(?:[0-9a-f]{8}-){3}[0-9a-f]{32}$/.test(text)) return text // B1
  const expected = 'groups of 8, 8, 8 and 32 lower-case hexadecimal digits, with hyphens between'
  throw new ProtocolError({ what: 'D1 bookmark', text, expected })
}

function compareBookmarks(left: string, right: string): Order {
  if (left === right) return 'equal'
  return left < right ? 'before' : 'after'
}
