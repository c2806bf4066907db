// What the simulated API tells browsers about other origins (the CORS protocol of the Fetch
// standard).
//
// A version header that is not exposed cannot be read by the page, so `Data-Version` and its kin
// are named one by one: `*` would not count for requests with credentials (lessons W9).

import { headerNames } from '../../core/wire/protocol.ts'
import type { CorsOptions } from './lagging-options.ts'

const sentHeaders = [
  headerNames.dataVersion,
  headerNames.servedBy,
  'ETag',
  'Retry-After',
  'Location',
  'Content-Location',
]

/** Returns the headers that let other origins read an answer. */
export function corsHeaders(cors: CorsOptions | false): Record<string, string> {
  if (cors === false) return {}
  return {
    'Access-Control-Allow-Origin': cors.origin,
    'Access-Control-Expose-Headers': (cors.exposes ?? sentHeaders).join(', '),
    ...(cors.origin === '*' ? {} : { Vary: 'Origin' }),
  }
}

/** Answers a preflight, or returns `undefined` for any other request. */
export function answerPreflight(request: Request, cors: CorsOptions | false): Response | undefined {
  const isPreflight =
    request.method === 'OPTIONS' && request.headers.has('access-control-request-method')
  if (cors === false || !isPreflight) return undefined
  const headers = {
    ...corsHeaders(cors),
    'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
    'Access-Control-Allow-Headers': request.headers.get('access-control-request-headers') ?? '',
  }
  return new Response(null, { status: 204, headers })
}
