// What every answer says: its versions, who it is from, and that no shared cache may keep it.
//
// H1. Version headers stand on whatever the handler answers: errors and 304 too (lessons W1).
// H2. Answers to requests that ask for a version are private: a shared cache would serve them to those
//     who ask for another. `Vary` would keep an entry for each floor (lessons W12). And no cache may put
//     an old copy in the place of a 503, so `stale-if-error` goes (lessons W17).
// H3. What the handler has said itself stands: it may know its version more exactly than we do.

import type { Version } from '../core/version.ts'
import { headerNames, printServedBy, printVersionList } from '../core/wire/protocol.ts'
import type { ServedBy } from '../core/wire/protocol.ts'

/** What an answer is told to say. */
export interface Told {
  readonly version: Version | undefined
  readonly servedBy: ServedBy | undefined
  /** Whether its request asked for a version. */
  readonly isAsking: boolean
}

/** Returns an answer with our headers on it. Its body streams on. */
export function withAnswerHeaders(response: Response, told: Told): Response {
  const changes = changesOf(response.headers, told)
  if (changes.length === 0) return response
  try {
    for (const [name, value] of changes) response.headers.set(name, value)
    return response
  } catch {
    // The headers of an answer that came from the platform's `fetch` cannot be changed.
    const { status, statusText } = response
    const headers = new Headers(response.headers)
    for (const [name, value] of changes) headers.set(name, value)
    return new Response(response.body, { status, statusText, headers })
  }
}

function changesOf(headers: Headers, { version, servedBy, isAsking }: Told): [string, string][] {
  const changes: [string, string][] = []
  if (version !== undefined && !headers.has(headerNames.dataVersion)) {
    changes.push([headerNames.dataVersion, printVersionList([version])]) // H1, H3
  }
  if (servedBy !== undefined && !headers.has(headerNames.servedBy)) {
    changes.push([headerNames.servedBy, printServedBy(servedBy)])
  }
  if (isAsking) {
    const control = headers.get('cache-control') ?? ''
    if (!/\bno-store\b/i.test(control)) changes.push(['Cache-Control', 'private, no-cache']) // H2
  }
  return changes
}
