// Which requests are the worker's, and in which shape they are asked.
//
// R1. A request that a client in the page has sent is its own: it is judged there, and goes on untouched. It is
//     known by a mark in its fragment, which no server ever sees, or by the headers of our wire.
// R2. What a worker could only make worse goes on untouched: ranges of a video, what may come from the cache
//     only, event streams, and forms and beacons, whose answers tell nothing.
// R3. An answer in the mode `no-cors` hides its version. To the own origin such a request is asked as
//     `same-origin`; elsewhere with CORS, where the server allows it.

import { headerNames } from '../core/wire/protocol.ts'

/** What stands in the fragment of a request that a client has sent (R1). */
export const governedMark = 'tidemark-governed'

/** Tells whether a request is one that the worker should answer. */
export function isForWorker(request: Request, origins: ReadonlySet<string>): boolean {
  const { headers, method, mode, cache } = request
  const url = new URL(request.url)
  if (!origins.has(url.origin) || isGoverned(url, headers)) return false
  const isRead = method === 'GET' || method === 'HEAD'
  // What is asked again where it failed must change nothing.
  if (!isRead && (mode === 'navigate' || mode === 'no-cors')) return false // R2
  const isStream = headers.get('accept') === 'text/event-stream'
  return !isStream && !headers.has('range') && cache !== 'only-if-cached'
}

/** Tells whether a client in the page has sent a request (R1). */
function isGoverned({ hash }: URL, headers: Headers): boolean {
  return hash === `#${governedMark}` || headers.has(headerNames.minVersion) || headers.has(headerNames.readConsistency)
}

/** Returns a request in a shape whose answer tells its version (R3). */
export function readable(request: Request, ownOrigin: string): Request {
  if (request.mode !== 'no-cors') return request
  const isOwn = new URL(request.url).origin === ownOrigin
  return new Request(request, { mode: isOwn ? 'same-origin' : 'cors' })
}

/** Returns a request with the mark of one that is governed already. */
export function marked(input: RequestInfo | URL): RequestInfo | URL {
  if (typeof input === 'string' || input instanceof URL) return markedUrl(String(input))
  // A body that is taken from a Request becomes a stream, which HTTP/1.1 cannot send. As a write it is sent once,
  // and the worker learns from its answer what the page does.
  return input.method === 'GET' || input.method === 'HEAD' ? new Request(markedUrl(input.url), input) : input
}

function markedUrl(text: string): string {
  const end = text.indexOf('#')
  return `${end < 0 ? text : text.slice(0, end)}#${governedMark}`
}
