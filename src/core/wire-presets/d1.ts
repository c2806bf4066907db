// Cloudflare D1: a bookmark names a state of the whole database, replicas included.
//
// D1 itself has no HTTP header: its Sessions API is called in a Worker. The header is the convention of
// Cloudflare's own samples, where the Worker begins its session with what the header holds, and answers
// with `session.getBookmark()`. The words that a session may begin with may stand there as well.

import { d1Bookmark } from '../formats/d1-bookmark.ts'
import { headerWire } from '../wire/header-wire.ts'
import type { Wire } from '../wire/wire.ts'

/** What {@link d1} may be told. */
export interface D1Options {
  /**
   * The header, in both directions.
   *
   * @default 'x-d1-bookmark'
   */
  readonly header?: string | undefined
  /**
   * Where a read goes that has no bookmark to offer, as a session's first: to any replica, which needs no
   * word on the wire, or to the primary, which does, across origins at the price of a preflight.
   *
   * @default 'first-unconstrained'
   */
  readonly first?: 'first-unconstrained' | 'first-primary' | undefined
}

/** Bookmarks of Cloudflare D1 in `x-d1-bookmark`. Reads at `strong` ask for `first-primary`. */
export function d1(options: D1Options = {}): Wire {
  const { header = 'x-d1-bookmark', first = 'first-unconstrained' } = options
  const wire = headerWire({
    name: 'd1',
    response: header,
    request: header,
    format: d1Bookmark,
    scope: () => 'd1', // Bookmarks are of the whole database.
    primary: 'first-primary',
  })
  if (first === 'first-unconstrained') return wire
  return {
    ...wire,
    attach(carrying) {
      const isFirst = carrying.floors.length === 0 && carrying.level !== 'eventual'
      return wire.attach?.(isFirst ? { ...carrying, asksPrimary: true } : carrying)
    },
  }
}
