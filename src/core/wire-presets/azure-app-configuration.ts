// Azure App Configuration: sync tokens, several at once, of each id the one with the highest number.
//
// A request is promised an answer as of its tokens, but an answer names only tokens that are news: what
// it leaves out is neither older nor forgotten. So tokens are merged and sent, and prove nothing.

import { syncToken } from '../formats/sync-token.ts'
import { tokenWire } from '../wire/token-wire.ts'
import type { Wire } from '../wire/wire.ts'

/** Sync tokens of Azure App Configuration in `Sync-Token`. */
export function azureAppConfiguration(): Wire {
  return tokenWire({
    name: 'azure-app-configuration',
    response: 'Sync-Token',
    request: 'Sync-Token',
    scope: () => 'store',
    parse: syncToken.parsePosition,
    merge: syncToken.joinPositions,
    // The service takes tokens back without their numbers.
    print: (tokens) => tokens.replaceAll(/;sn=\d+/g, ''),
  })
}
