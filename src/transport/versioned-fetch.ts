// Versions on their way: floors onto requests, versions out of answers, each as the wire says.
//
// W1. Floors are computed in the last synchronous step before the platform's `fetch`, by calling back
//     for them, and again for each retry (I3, lessons W3). No floor waits in a variable.
// W2. A request that carries nothing of ours is handed to the platform as it came.
// W3. A body is read only where the wire says that it has to be; then an equal response is made of what
//     was read.
// W4. A body that can be sent once is never taken out of its `Request`: where the wire would write into
//     the address of one, the floor stays at home.
// W5. A refusal by version is one also where the version in it cannot be understood: as an answer it would be
//     shown for what was asked, and a write that was not done would be given up.

import { isTidemarkError } from '../core/errors.ts'
import type { TidemarkError } from '../core/errors.ts'
import { parseVersion } from '../core/version.ts'
import type { FormatOf, Version, Versions } from '../core/version.ts'
import type { ServedBy, VersionProblem } from '../core/wire/protocol.ts'
import type { Attachment, Settle, Wire, WireAnswer, WireRequest } from '../core/wire/wire.ts'
import { readWhole } from './body.ts'
import { represent, responseFrom } from './representation.ts'
import type { Representation } from './representation.ts'

/** The signature of the platform's `fetch`. */
export type Fetch = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>

/** What travels with a request. */
export interface Carried {
  /** The floors of the request at that moment, as its wire calls their scopes. */
  readonly floors: Versions
  readonly attachment: Attachment | undefined
  /** Completes what the answer says by what was known when the request left, where that is needed. */
  readonly settle?: Settle | undefined
}

/** What is changed of a request, besides what it carries. */
export interface Changes {
  readonly cache?: RequestCache | undefined
  readonly signal?: AbortSignal | undefined
}

// What each answer's request had carried, for as long as the answer lives.
const carriedBy = new WeakMap<Response, Carried>()

/** Sends a request with what `carry` returns at that very moment. */
export function send(
  fetch: Fetch,
  request: { readonly input: RequestInfo | URL; readonly init: RequestInit | undefined },
  carry: () => Carried,
  changes: Changes,
): Promise<Response> {
  const { input, init } = request
  const carried = carry() // W1
  const { cache, signal } = changes
  const { attachment } = carried
  const isOurs = attachment !== undefined || carried.settle !== undefined
  if (!isOurs && cache === undefined && signal === undefined) return fetch(input, init) // W2
  const target = attachment?.query && withQuery(input, init, attachment.query)
  const headers = attachment?.headers && withHeaders(input, init, attachment.headers)
  const answer = fetch(target?.url ?? input, {
    ...target?.members,
    ...membersOf(init),
    ...(headers && { headers }),
    ...(cache && { cache }),
    ...(signal && { signal }),
  })
  if (!isOurs) return answer
  return answer.then((response) => {
    carriedBy.set(response, carried)
    return response
  })
}

function withHeaders(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  added: NonNullable<Attachment['headers']>,
): Headers {
  const own = typeof input === 'object' && 'headers' in input ? input.headers : undefined
  const headers = new Headers(init?.headers ?? own)
  for (const [name, value] of added) headers.set(name, value)
  return headers
}

interface Target {
  readonly url: URL
  readonly members: RequestInit | undefined
}

/** Returns another address for the same request, or `undefined` where it has to keep its own (W4). */
function withQuery(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  added: NonNullable<Attachment['query']>,
): Target | undefined {
  const own = typeof input === 'object' && 'method' in input ? input : undefined
  const method = init?.method ?? own?.method ?? 'GET'
  if (own !== undefined && (!/^(?:GET|HEAD)$/i.test(method) || own.mode === 'navigate')) return undefined
  const url = new URL(typeof input === 'string' || input instanceof URL ? input : input.url, globalThis.location?.href)
  for (const [name, value] of added) {
    if (value === undefined) url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  }
  return { url, members: own && membersOf(own) }
}

/** Returns the members of an init, those that it inherits included: a `Request` may serve as one. */
export function membersOf(init: RequestInit | undefined): RequestInit | undefined {
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

/** An answer, with what it says of versions. */
export interface Answer {
  readonly response: Response
  /** `undefined` where it says nothing: unknown, and not zero (I4). */
  readonly versions: Versions | undefined
  /** What it may show beyond that. */
  readonly upTo: Versions
  readonly servedBy: ServedBy | undefined
  readonly problem: VersionProblem | undefined
  /** The answer at rest, where its body had to be read. */
  readonly representation: Representation | undefined
  /** When it came, in milliseconds since 1970: what it waits for before it is judged makes it older. */
  readonly heardAt?: number | undefined
  /** What was malformed in it. */
  readonly fault: TidemarkError | undefined
}

/** How versions of one answer are named: what a rule and an origin decide. */
export interface Naming {
  readonly formatOf: FormatOf
  /** The id of a scope that the wire calls by a name. */
  readonly scopeId: (name: string) => string
}

/** How an answer is read. */
export interface Reading extends WireRequest {
  readonly wire: Wire
  readonly naming: Naming
}

/** Reads what an answer says of versions. A body longer than `bytesMax` is not looked into. */
export async function readAnswer(
  response: Response,
  reading: Reading,
  bytesMax: number,
): Promise<Answer> {
  const { attachment: attached, settle } = carriedBy.get(response) ?? {}
  const { status, headers } = response
  const seen: WireAnswer = { request: reading, status, headers, document: undefined, attached }
  const servedBy = reading.wire.sourceIn?.(seen)
  const find = (document: unknown): Found | undefined =>
    findIn({ ...seen, document }, reading, settle)
  const plain = { response, servedBy, representation: undefined, ...silent }
  const found = find(undefined)
  if (found !== undefined) return { ...plain, ...found }
  const read = await readWhole(response, bytesMax)
  // What stands in a part that was not read is unknown, as if it were no JSON.
  if (read.kind === 'rest') return { ...plain, ...find(null), response: read.response }
  const representation = represent(response, read.body)
  return {
    ...plain,
    ...find(jsonIn(representation)),
    response: responseFrom(representation),
    representation,
  }
}

type Found = Pick<Answer, 'versions' | 'upTo' | 'problem' | 'fault'>

const silent: Found = { versions: undefined, upTo: [], problem: undefined, fault: undefined }

/** Asks the wire what an answer says; `undefined` where it has to be asked again with the body. */
function findIn(
  seen: WireAnswer,
  { wire, naming }: Reading,
  settle: Settle | undefined,
): Found | undefined {
  let problem: VersionProblem | undefined
  try {
    const refusal = wire.refusalIn?.(seen)
    if (refusal === 'in-body') return undefined
    problem = refusal
    const told = wire.versionsIn(seen)
    if (told === 'in-body') return undefined
    const settled = settle === undefined ? told : settle(told, wire.sourceIn?.(seen))
    const parse = (version: Version): Version =>
      parseVersion(naming.formatOf, { ...version, scope: naming.scopeId(version.scope) })
    const upTo = settled?.flatMap((version) =>
      version.upTo === undefined ? [] : parse({ ...version, position: version.upTo }),
    )
    return { ...silent, versions: settled?.map(parse), upTo: upTo ?? [], problem }
  } catch (fault) {
    if (!isTidemarkError(fault, 'protocol')) throw fault
    return { ...silent, problem, fault } // W5
  }
}

/** Returns the JSON of a body, or `null` where it is none: the caller will see. */
function jsonIn({ body }: Representation): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return null
  }
}
