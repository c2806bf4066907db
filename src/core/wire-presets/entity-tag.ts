// `ETag`: tells whether two answers are the same, and never which of them came first (lessons W16).
//
// Where a backend has nothing better, this keeps at least an answer that was asked for earlier from
// replacing what was shown or written since. What a lagging replica says later it cannot tell from news.

import { etag as format } from '../formats/etag.ts'
import { tokenWire } from '../wire/token-wire.ts'
import type { Wire } from '../wire/wire.ts'

/**
 * Entity tags, for order of asking alone. Every answer is reported as `unverified`.
 *
 * Across origins the server has to name `ETag` in `Access-Control-Expose-Headers`.
 */
export function entityTag(): Wire {
  return tokenWire({
    name: 'etag',
    response: 'ETag',
    scope: ({ url }) => url.pathname + url.search, // Each selection of a list has a tag of its own.
    parse: format.parsePosition,
  })
}
