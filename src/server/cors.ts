// What browsers have to be told before a page of another origin can send floors and read versions (the
// CORS protocol of the Fetch standard; lessons W9, W10).
//
// C1. Headers are named one by one: `*` does not count for requests with credentials.
// C2. An origin is echoed only if it is named, and then `Vary: Origin` says so, on refusals too.
// C3. A preflight is answered here: no database is asked, and no handler.

import { OptionsError } from '../core/errors.ts'
import { headerNames } from '../core/wire/protocol.ts'

/** The options of {@link createCors}. */
export interface CorsOptions {
  /** The origins that may read answers, such as `['https://app.example.com']`, or `'*'` for all. */
  readonly origins: readonly string[] | '*'
  /** Whether cookies and the like may be sent, which `'*'` forbids. @default false */
  readonly allowsCredentials?: boolean | undefined
  /** Request headers beside ours. @default ['Content-Type', 'Authorization', 'If-Match', 'If-None-Match'] */
  readonly allowHeaders?: readonly string[] | undefined
  /** Response headers beside ours. @default none */
  readonly exposeHeaders?: readonly string[] | undefined
  /** @default ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] */
  readonly methods?: readonly string[] | undefined
  /** For how long a browser may remember a preflight, in seconds. Chromium: at most 7200. @default 7200 */
  readonly maxAgeSeconds?: number | undefined
}

/** Answers preflights, and lets pages read what `next` answers. */
export type Cors = (
  request: Request,
  next: (request: Request) => Response | Promise<Response>,
) => Promise<Response>

const exposed = [
  headerNames.dataVersion,
  headerNames.servedBy,
  'ETag',
  'Age',
  'Retry-After',
  'Location',
  'Content-Location',
]

/**
 * Makes the middleware that goes around the one of versions.
 *
 * @throws {OptionsError} for credentials with `'*'`, and for what is no origin.
 */
export function createCors(options: CorsOptions): Cors {
  const { origins, allowsCredentials = false, maxAgeSeconds = 7200 } = options
  const { methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] } = options
  const { allowHeaders = ['Content-Type', 'Authorization', 'If-Match', 'If-None-Match'] } = options
  checkOrigins(origins, allowsCredentials)
  const allows = [headerNames.minVersion, headerNames.readConsistency, ...allowHeaders].join(', ')
  const exposes = [...exposed, ...(options.exposeHeaders ?? [])].join(', ')

  /** Returns the headers that let the origin of a request read the answer. */
  function headersFor(request: Request): Map<string, string> {
    const headers = new Map<string, string>()
    const origin = request.headers.get('origin')
    // Without an origin it is asked all the same: a cache may keep the answer for a page.
    if (origins === '*') headers.set('Access-Control-Allow-Origin', '*')
    else if (origin !== null && origins.includes(origin)) {
      headers.set('Access-Control-Allow-Origin', origin) // C2
    }
    if (headers.size > 0 && allowsCredentials) headers.set('Access-Control-Allow-Credentials', 'true')
    return headers
  }

  return async (request, next) => {
    const headers = headersFor(request)
    const isPreflight =
      request.method === 'OPTIONS' && request.headers.has('access-control-request-method')
    if (isPreflight && headers.size > 0) {
      headers.set('Access-Control-Allow-Methods', methods.join(', '))
      headers.set('Access-Control-Allow-Headers', allows) // C1
      headers.set('Access-Control-Max-Age', String(maxAgeSeconds))
    } else if (headers.size > 0) {
      headers.set('Access-Control-Expose-Headers', exposes)
    }
    const answer = isPreflight ? new Response(null, { status: 204 }) : await next(request) // C3
    return withHeaders(answer, headers, origins !== '*')
  }
}

function withHeaders(
  answer: Response,
  added: ReadonlyMap<string, string>,
  variesByOrigin: boolean,
): Response {
  const { status, statusText } = answer
  const headers = new Headers(answer.headers)
  for (const [name, value] of added) headers.set(name, value)
  const vary = headers.get('vary') ?? ''
  if (variesByOrigin && !/\borigin\b|\*/i.test(vary)) headers.append('Vary', 'Origin') // C2
  return new Response(answer.body, { status, statusText, headers })
}

function checkOrigins(origins: readonly string[] | '*', allowsCredentials: boolean): void {
  if (origins === '*') {
    if (!allowsCredentials) return
    const accepted = 'origins by name, since `*` does not count with credentials'
    throw new OptionsError({ field: 'origins', value: origins, accepted })
  }
  for (const [index, origin] of origins.entries()) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue
    const accepted = 'an origin such as "https://app.example.com"'
    throw new OptionsError({ field: `origins[${index}]`, value: origin, accepted })
  }
}
