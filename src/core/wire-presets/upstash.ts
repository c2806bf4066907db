// Upstash Redis over REST: a sync token tells what the answer's member of the cluster had.
//
// The newest token replaces the one before. Upstash's own client had the two faults that this wire must
// not have: it read its token before the answer that should have replaced it was in (lessons W3), and
// dropped it when an answer brought none (lessons V3).

import { tokenWire } from '../wire/token-wire.ts'
import type { Wire } from '../wire/wire.ts'

/**
 * Sync tokens of Upstash Redis in `upstash-sync-token`.
 *
 * The token is of one database: where an origin serves several, a rule's `scope` keeps them apart.
 */
export function upstash(): Wire {
  const header = 'upstash-sync-token'
  return tokenWire({ name: 'upstash', response: header, request: header, scope: () => 'database' })
}
