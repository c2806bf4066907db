// Representations: answers as they are held, and how they become a `Response` again.
//
// A held body is bytes and not a parsed value: whatever the caller's code does with a `Response` it can
// do with a held one, and text that nobody asks for is never parsed.
//
// A response of the platform tells where it came from (`url`, `type`, `redirected`), which a
// constructed one cannot. `responseFrom` restores the three, and `clone` keeps them.

import { ProtocolError } from '../core/errors.ts'

/** An answer at rest. It survives structured cloning. */
export interface Representation {
  readonly url: string
  readonly type: ResponseType
  readonly redirected: boolean
  readonly status: number
  readonly statusText: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: ArrayBuffer
  /** What selected it among the representations of its resource, such as a token, as a fingerprint. */
  readonly selection: string
}

/** Returns the size of a representation in bytes, as it is counted against the bound of a storage. */
export function sizeOf({ url, headers, body }: Representation): number {
  let size = body.byteLength + url.length
  for (const [name, value] of headers) size += name.length + value.length
  return size
}

/** Puts a body that was read together with the rest of its response. */
export function represent(response: Response, body: ArrayBuffer): Representation {
  const { url, type, redirected, status, statusText } = response
  const headers = [...response.headers]
  return { url, type, redirected, status, statusText, headers, body, selection: '' }
}

/** Returns a new response with the content of a representation. */
export function responseFrom(representation: Representation): Response {
  const { body, status, statusText, headers } = representation
  const init = { status, statusText, headers: headers.map(([name, value]): [string, string] => [name, value]) }
  return withOrigin(new Response(hasNoBody(status) ? null : body, init), representation)
}

/** Tells of a status whether its answers never have a body. */
export function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}

/** Returns a response over the same body, which fails with the reason of `signal` once it aborts. */
export function abortable(response: Response, signal: AbortSignal): Response {
  if (response.body === null) return response
  const body = response.body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal })
  return withOrigin(new Response(body, response), response)
}

type Origin = Pick<Response, 'url' | 'type' | 'redirected'>

/** Gives a response that we constructed the origin of the one that it stands for. */
export function withOrigin(response: Response, { url, type, redirected }: Origin): Response {
  const origin = { url, type, redirected }
  return Object.defineProperties(response, {
    url: { value: url },
    type: { value: type },
    redirected: { value: redirected },
    // Whoever looks on as the body is read has to do so for clones too.
    clone: { configurable: true, value: () => withOrigin(Response.prototype.clone.call(response), origin) },
  })
}

/**
 * Checks that a value from a storage is a representation (I14).
 *
 * @throws {ProtocolError} when any part is not of its type.
 */
export function parseRepresentation(value: unknown): Representation {
  if (isRepresentation(value) && canBeServed(value)) return value
  const expected = 'url, type, redirected, status, statusText, headers, body and selection'
  throw new ProtocolError({ what: 'held answer', text: typeof value, expected })
}

function isRepresentation(value: unknown): value is Representation {
  if (typeof value !== 'object' || value === null) return false
  const parts: Partial<Record<keyof Representation, unknown>> = value
  return (
    typeof parts.url === 'string' &&
    typeof parts.type === 'string' &&
    typeof parts.redirected === 'boolean' &&
    typeof parts.status === 'number' &&
    parts.status >= 200 &&
    parts.status <= 599 &&
    typeof parts.statusText === 'string' &&
    typeof parts.selection === 'string' &&
    Array.isArray(parts.headers) &&
    parts.headers.every(isHeader) &&
    // Not `instanceof`: a record may come from another realm.
    Object.prototype.toString.call(parts.body) === '[object ArrayBuffer]'
  )
}

/** Tells whether the platform makes a response of it: its texts and its status have rules of their own. */
function canBeServed(representation: Representation): boolean {
  try {
    responseFrom(representation)
    return true
  } catch {
    return false
  }
}

function isHeader(pair: unknown): boolean {
  return Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string')
}
