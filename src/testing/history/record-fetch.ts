// Recording any client that looks like `fetch`: what it was asked, and what it gave back.
//
// F1. Only the request and the response are looked at. A plain `fetch` and a careful client are
//     recorded by the same code, so no client can testify for itself.
// F2. A read ends when its body has been read: nobody has seen anything before.
// F3. What is shown counts, not what is claimed: the version of a row in the body comes before the
//     header, which speaks of the whole answer.

import type { Version } from '../../core/version.ts'
import { dependsHeader, parseDependencies } from '../../core/wire/dependency.ts'
import { headerNames, parseVersionList, readProblem } from '../../core/wire/protocol.ts'
import type {
  HistoryRecorder,
  Moment,
  ReadFacts,
  Seen,
  SeenRow,
  WriteFacts,
  WriteOperation,
} from './history.ts'
import type { Dependency } from './server-log.ts'

/** How a client is recorded. */
export interface RecordFetchOptions {
  /** Whose client it is. @default 'session-1' */
  readonly session?: string | undefined
  /** The scope to record under, where an answer names several or none. @default 'main' */
  readonly scope?: string | undefined
  /**
   * What the client says of an answer, as `tidemark.explain` does. It is noted and not believed:
   * `maxStalenessMs` is the bound that it says it kept, and the checker holds it to that.
   */
  readonly explain?: ((response: Response) => ClientWord | undefined) | undefined
}

/** What a client says of an answer. */
export type ClientWord = Pick<ReadFacts, 'level' | 'source' | 'maxStalenessMs'>

/**
 * Wraps a `fetch` so that `history` notes what is read and written through it.
 *
 * @example
 * ```ts
 * import { checkGuarantees, createHistory, createLaggingApi, recordFetch } from 'tidemark/testing'
 *
 * const api = createLaggingApi({ lag: { kind: 'fixed', ms: 200 } })
 * const history = createHistory()
 * const fetch = recordFetch(api.fetch, history)
 *
 * await fetch('/counters/likes/increment', { method: 'POST' })
 * await fetch('/counters/likes') // Too early: it still shows 0.
 *
 * checkGuarantees(history).violations.length //=> 1
 * ```
 */
export function recordFetch(
  fetch: typeof globalThis.fetch,
  history: HistoryRecorder,
  options: RecordFetchOptions = {},
): typeof globalThis.fetch {
  const { session = 'session-1', scope = 'main', explain } = options
  return async (input, init) => {
    const { method, path, hasQuery } = targetOf(input, init)
    const isRead = method === 'GET' || method === 'HEAD'
    const subject = { session, scope, path }
    const kind = isRead ? 'read' : 'write'
    const invoked = history.invoke({ kind, session, key: path })
    try {
      const response = await fetch(input, init)
      const body = await readJson(response) // F2
      const version = versionOf(response, scope)
      if (isRead) {
        const seen = seenIn(response, { body, path, hasQuery })
        history.recordRead({
          ...readFacts(subject, invoked, seen),
          ...told(version),
          ...dependenciesOf(response),
          ...explain?.(response),
        })
      } else {
        history.recordWrite(writeFacts(subject, invoked, { method, response, body, version }))
      }
      return response
    } catch (error) {
      if (isRead) history.recordRead(readFacts(subject, invoked, { kind: 'nothing' }))
      else history.recordWrite(unknownWrite(subject, invoked, method))
      throw error
    }
  }
}

interface Subject {
  readonly session: string
  readonly scope: string
  readonly path: string
}

function targetOf(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
): { readonly method: string; readonly path: string; readonly hasQuery: boolean } {
  const isRequest = input instanceof Request
  const url = new URL(isRequest ? input.url : input, 'http://relative.invalid')
  const method = init?.method ?? (isRequest ? input.method : 'GET')
  return { method: method.toUpperCase(), path: url.pathname, hasQuery: url.search !== '' }
}

function readFacts({ session, scope, path }: Subject, invoked: Moment, seen: Seen): ReadFacts {
  return { session, scope, invoked, key: path, ...inCollection(path), epoch: '', seen }
}

function inCollection(key: string): { readonly collection?: string } {
  const end = key.lastIndexOf('/')
  return end > 0 ? { collection: key.slice(0, end) } : {}
}

function told(version: Version | undefined): Partial<Pick<ReadFacts, 'scope' | 'epoch' | 'asOf'>> {
  if (version === undefined) return {}
  return { scope: version.scope, epoch: version.epoch, asOf: version.position }
}

function dependenciesOf({ headers }: Response): { readonly depends?: readonly Dependency[] } {
  const text = headers.get(dependsHeader)
  if (text === null) return {}
  try {
    const depends = parseDependencies(text).map(({ resource, version }): Dependency => {
      if (resource === undefined) return version
      return { ...version, key: new URL(resource, 'http://relative.invalid').pathname }
    })
    return { depends: depends.filter(({ position }) => positionPattern.test(position)) }
  } catch {
    return {} // What cannot be read declares nothing.
  }
}

function versionOf(response: Response, scope: string): Version | undefined {
  const header = response.headers.get(headerNames.dataVersion)
  if (header === null) return undefined
  const versions = parseVersionList(headerNames.dataVersion, header)
  return versions.find((version) => version.scope === scope) ?? versions[0]
}

async function readJson(response: Response): Promise<unknown> {
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
  if (!isJson || response.body === null) return undefined
  const text = await response.clone().text()
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// --- Reads ---------------------------------------------------------------------------------------

function seenIn(
  { status }: Response,
  {
    body,
    path,
    hasQuery,
  }: { readonly body: unknown; readonly path: string; readonly hasQuery: boolean },
): Seen {
  if (status === 404 || status === 410) return { kind: 'absent' }
  if (status !== 200 || body === undefined) return { kind: 'nothing' }
  const items = Array.isArray(body) ? body : fieldOf(body, 'items')
  if (!Array.isArray(items)) return { kind: 'value', ...rowVersion(body) } // F3
  const rows = items.flatMap((row: unknown): SeenRow[] => {
    const id = fieldOf(row, 'id')
    const isNamed = typeof id === 'string' || typeof id === 'number'
    return isNamed ? [{ key: `${path}/${id}`, ...rowVersion(row) }] : []
  })
  // A filter or a page leaves rows out that exist.
  const isComplete = !hasQuery && fieldOf(body, 'nextCursor') === undefined
  return { kind: 'rows', rows, isComplete }
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.getOwnPropertyDescriptor(value, name)?.value
}

const positionPattern = /^(0|[1-9]\d{0,38})$/

function rowVersion(row: unknown): { readonly position?: string } {
  const version = fieldOf(row, 'version')
  const text = typeof version === 'number' && Number.isSafeInteger(version) ? `${version}` : version
  const isPosition = typeof text === 'string' && positionPattern.test(text)
  return isPosition ? { position: text } : {}
}

// --- Writes --------------------------------------------------------------------------------------

interface WriteAnswer {
  readonly method: string
  readonly response: Response
  readonly body: unknown
  readonly version: Version | undefined
}

function writeFacts(subject: Subject, invoked: Moment, answer: WriteAnswer): WriteFacts {
  const { method, response, body, version } = answer
  const outcome = outcomeOf(response, body)
  const facts = unknownWrite({ ...subject, path: writtenPath(subject, response) }, invoked, method)
  if (outcome !== 'acknowledged') return { ...facts, outcome }
  if (version === undefined) return { ...facts, outcome, ...rowVersion(body) }
  const { scope, epoch, position } = version
  return { ...facts, outcome, scope, epoch, position }
}

/** Returns what a write changed: a POST names it in its answer (RFC 9110, 8.7 and 10.2.2). */
function writtenPath({ path }: Subject, { headers }: Response): string {
  const location = headers.get('content-location') ?? headers.get('location')
  return location === null ? path : new URL(location, 'http://relative.invalid').pathname
}

function outcomeOf(response: Response, body: unknown): WriteOperation['outcome'] {
  if (response.ok) return 'acknowledged'
  const isRefused = response.status < 500 && response.status !== 408
  return isRefused || readProblem(body) !== undefined ? 'refused' : 'unknown'
}

function unknownWrite(
  { session, scope, path }: Subject,
  invoked: Moment,
  method: string,
): WriteFacts {
  const isDelete = method === 'DELETE'
  const where = { session, scope, key: path, ...inCollection(path) }
  return { ...where, invoked, isDelete, outcome: 'unknown', epoch: '' }
}
