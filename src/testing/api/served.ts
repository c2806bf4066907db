// What a request came to at a server of the simulated API, and the `Response` that is made of it.

import type { ProtocolError } from '../../core/errors.ts'
import { dependsHeader, printDependencies } from '../../core/wire/dependency.ts'
import type { Dependency } from '../../core/wire/dependency.ts'
import { headerNames, printServedBy, printVersionList } from '../../core/wire/protocol.ts'
import { hashText } from '../determinism/hash-text.ts'
import type { ServerState } from '../replicas/replica-simulator.ts'
import { problem } from '../rest/rest-answer.ts'
import type { RestAnswer } from '../rest/rest-answer.ts'
import { corsHeaders } from './cross-origin.ts'
import { isRead } from './incoming.ts'
import type { ResolvedLaggingApiOptions } from './lagging-options.ts'
import type { World } from './lagging-world.ts'

/** What a request came to: who answered, in which state, and what. */
export interface Served {
  readonly state: ServerState
  readonly answer: RestAnswer
  readonly waitedMs: number
}

/** Returns the answer to a request whose headers cannot be understood. */
export function malformed(fault: ProtocolError): RestAnswer {
  return problem(400, 'Malformed header', { detail: fault.message })
}

/** What a response is made of. */
export interface Answering {
  readonly answer: RestAnswer
  readonly state?: ServerState
  readonly basePath: string
}

/** Makes the `Response` of an answer. Without a state nobody has answered. */
export function respond(
  { options, scope }: World,
  request: Request,
  { answer, state, basePath }: Answering,
): Response {
  const text = answer.body === undefined ? undefined : JSON.stringify(answer.body)
  const isFound = isRead(request) && answer.status === 200 && text !== undefined
  const tag = isFound ? entityTag(text) : undefined
  const headers = {
    // What a floor was asked for must not be given to someone else by a cache (lessons W12).
    'Cache-Control': 'private, no-cache',
    ...(tag === undefined ? {} : { ETag: tag }),
    ...(text === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...answer.headers,
    ...versionHeaders(options, scope, state),
    ...dependsHeaders(options, basePath, answer),
    ...corsHeaders(options.cors),
  }
  const isUnchanged = tag !== undefined && request.headers.get('if-none-match') === tag
  if (isUnchanged) return new Response(null, { status: 304, headers })
  const body = request.method === 'HEAD' ? null : (text ?? null)
  return new Response(body, { status: answer.status, headers })
}

function versionHeaders(
  { versions }: ResolvedLaggingApiOptions,
  scope: string,
  state: ServerState | undefined,
): Record<string, string> {
  if (versions !== 'wire' || state === undefined) return {}
  const { name, isPrimary, epoch, position, lagMs } = state
  return {
    [headerNames.dataVersion]: printVersionList([{ scope, epoch, position: String(position) }]),
    [headerNames.servedBy]: printServedBy(
      isPrimary ? { name, isPrimary } : { name, isPrimary, lagMs },
    ),
  }
}

function dependsHeaders(
  { versions }: ResolvedLaggingApiOptions,
  basePath: string,
  { depends = [] }: RestAnswer,
): Record<string, string> {
  if (versions !== 'wire' || depends.length === 0) return {}
  const named = depends.map(({ resource, version }): Dependency => {
    return { resource: resource === undefined ? undefined : basePath + resource, version }
  })
  return { [dependsHeader]: printDependencies(named) }
}

/**
 * Returns the entity tag of a document: it tells that something differs, and never what is newer.
 */
export function entityTag(text: string): string {
  return `"${hashText(text, 1).toString(16)}${hashText(text, 2).toString(16)}"`
}
