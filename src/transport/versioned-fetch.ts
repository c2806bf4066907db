// Versions on their way: floors onto requests, versions out of answers.
//
// W1. Floors are computed in the last synchronous step before the platform's `fetch`, by calling back
//     for them, and again for each retry (I3, lessons W3). No floor waits in a variable.
// W2. A request that carries nothing of ours is handed to the platform as it came.
// W3. A body is read only where the version stands in it, or where the status could be a refusal by
//     version; then an equal response is made of what was read.

import { isTidemarkError } from '../core/errors.ts'
import type { TidemarkError } from '../core/errors.ts'
import { headerNames, parseServedBy, printReadConsistency, printVersionList, readProblem, sentLengthMax } from '../core/protocol.ts'
import type { ReadConsistency, ServedBy, VersionProblem } from '../core/protocol.ts'
import type { Versions } from '../core/version.ts'
import { readWhole } from './body.ts'
import { represent, responseFrom } from './representation.ts'
import type { Representation } from './representation.ts'
import { versionInJson, versionsInHeaders } from './version-location.ts'
import type { Naming, VersionLocation } from './version-location.ts'

/** The signature of the platform's `fetch`. */
export type Fetch = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>

/** What travels with a request. */
export interface Carried {
  /** Floors under their names on the wire. */
  readonly floors: Versions
  readonly consistency: ReadConsistency | undefined
}

/** What is changed of a request, besides what it carries. */
export interface Changes {
  readonly cache?: RequestCache | undefined
  readonly signal?: AbortSignal | undefined
}

/** Sends a request with what `carry` returns at that very moment. */
export function send(
  fetch: Fetch,
  request: { readonly input: RequestInfo | URL; readonly init: RequestInit | undefined },
  carry: () => Carried,
  changes: Changes,
): Promise<Response> {
  const { input, init } = request
  const headers = headersFor(input, init, carry()) // W1
  const { cache, signal } = changes
  if (headers === undefined && cache === undefined && signal === undefined) {
    return fetch(input, init) // W2
  }
  return fetch(input, {
    ...membersOf(init),
    ...(headers && { headers }),
    ...(cache && { cache }),
    ...(signal && { signal }),
  })
}

/** Returns the members of an init, those that it inherits included: a `Request` may serve as one. */
function membersOf(init: RequestInit | undefined): RequestInit | undefined {
  if (!init || Object.getPrototypeOf(init) === Object.prototype) return init
  const members: Record<string, unknown> = { ...init }
  for (const name of memberNames) {
    const value: unknown = Reflect.get(init, name)
    if (value !== undefined) members[name] = value
  }
  return members
}

// Those of the Fetch standard. `for in` would find them on a Request, and invoke what is not meant.
const memberNames = [
  'method',
  'headers',
  'body',
  'referrer',
  'referrerPolicy',
  'mode',
  'credentials',
  'cache',
  'redirect',
  'integrity',
  'keepalive',
  'signal',
  'duplex',
  'priority',
  'window',
]

function headersFor(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  { floors, consistency }: Carried,
): Headers | undefined {
  if (floors.length === 0 && consistency === undefined) return undefined
  const own = typeof input === 'object' && 'headers' in input ? input.headers : undefined
  const headers = new Headers(init?.headers ?? own)
  const minVersion = printVersionList(floors)
  const isTooLong = minVersion.length > sentLengthMax
  if (minVersion !== '' && !isTooLong) headers.set(headerNames.minVersion, minVersion)
  // Floors that do not fit are not cut: the primary, which covers them all, is asked (lessons W7).
  const asked = isTooLong ? { ...consistency, level: 'strong' } : consistency
  if (asked) headers.set(headerNames.readConsistency, printReadConsistency(asked))
  return headers
}

/** An answer, with what it says of versions. */
export interface Answer {
  readonly response: Response
  /** `undefined` where it says nothing: unknown, and not zero (I4). */
  readonly versions: Versions | undefined
  readonly servedBy: ServedBy | undefined
  readonly problem: VersionProblem | undefined
  /** The answer at rest, where its body had to be read. */
  readonly representation: Representation | undefined
  /** What was malformed in it. */
  readonly fault: TidemarkError | undefined
}

/** How an answer is read. */
export interface Reading {
  readonly location: VersionLocation
  readonly naming: Naming
  /** The longest body that is read to find a version, in bytes. */
  readonly bytesMax: number
}

/** Reads what an answer says of versions. */
export async function readAnswer(response: Response, reading: Reading): Promise<Answer> {
  const servedBy = readServedBy(response.headers)
  const plain = { response, servedBy, problem: undefined, representation: undefined }
  try {
    const versions = versionsInHeaders(reading.location, response.headers, reading.naming)
    const answer: Answer = { ...plain, versions, fault: undefined }
    if (isProblem(response)) return await readBody(answer, reading)
    const isInBody = reading.location.kind === 'json' && isJson(response)
    return isInBody ? await readBody(answer, reading) : answer
  } catch (fault) {
    if (!isTidemarkError(fault, 'protocol')) throw fault
    return { ...plain, versions: undefined, fault }
  }
}

async function readBody(answer: Answer, reading: Reading): Promise<Answer> {
  const read = await readWhole(answer.response, reading.bytesMax)
  if (read.kind === 'rest') return { ...answer, response: read.response }
  const representation = represent(answer.response, read.body)
  return learnFromBody({ ...answer, response: responseFrom(representation), representation }, reading)
}

function learnFromBody(answer: Answer, { location, naming }: Reading): Answer {
  try {
    const document: unknown = JSON.parse(new TextDecoder().decode(answer.representation?.body))
    if (isProblem(answer.response)) return { ...answer, problem: readProblem(document) }
    if (location.kind !== 'json') return answer
    return { ...answer, versions: versionInJson(location, document, naming) }
  } catch (fault) {
    if (isTidemarkError(fault, 'protocol')) return { ...answer, fault }
    if (fault instanceof SyntaxError) return answer // Not JSON after all: the caller will see.
    throw fault
  }
}

function isProblem(response: Response): boolean {
  const isRefusal = response.status === 503 || response.status === 409
  return isRefusal && mediaTypeOf(response) === 'application/problem+json'
}

function isJson(response: Response): boolean {
  return /^application\/([\w.+-]+\+)?json$/.test(mediaTypeOf(response))
}

function mediaTypeOf(response: Response): string {
  const [type = ''] = (response.headers.get('content-type') ?? '').split(';')
  return type.trim().toLowerCase()
}

function readServedBy(headers: Headers): ServedBy | undefined {
  const text = headers.get(headerNames.servedBy)
  if (text === null) return undefined
  try {
    return parseServedBy(text)
  } catch {
    return undefined // A diagnosis that cannot be read is none; no guarantee rests on it.
  }
}
